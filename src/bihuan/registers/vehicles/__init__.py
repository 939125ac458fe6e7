"""车辆台账: vehicles that carry dangerous goods by road. Owns what a vehicle is; what it carries when is transport's.

依据 《道路危险货物运输管理规定》 (待核): each vehicle has its own operating licence (道路运输证) with the classes it may carry.
"""
