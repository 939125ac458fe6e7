"""储罐台账: tanks of hazardous chemicals. Owns what a tank is; what it measures is monitoring's."""
