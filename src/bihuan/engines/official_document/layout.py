"""公文版式. 依据 GB/T 9704-2012 第 5 至 7 章: page, type area, type sizes. Lengths in millimetres and points."""

from __future__ import annotations

from math import floor

#: A4; 天头 37 mm, 订口 28 mm, 版心 156 mm × 225 mm (5.2).
PAGE = (210, 297)
TOP, LEFT = 37, 28
AREA = (156, 225)
RIGHT, BOTTOM = PAGE[0] - LEFT - AREA[0], PAGE[1] - TOP - AREA[1]

#: 每面 22 行，每行 28 字，撑满版心 (5.2.3).
LINES, CHARACTERS = 22, 28

#: 二号 三号 四号 in points.
SIZE_2, SIZE_3, SIZE_4 = 22.0, 16.0, 14.0
#: 发文机关标志: the size is free, at most that of the upper level's; this one fits a line of 156 mm for 12 characters.
SIZE_HEAD = 36.0

#: 标题 2 号小标宋体; 正文 3 号仿宋体; 一级标题黑体，二级楷体 (7.3.1, 7.3.3); 页码 4 号半角宋体 (7.5).
TITLE_FONT = "方正小标宋简体"
BODY_FONT = "仿宋_GB2312"
HEADING_1_FONT = "黑体"
HEADING_2_FONT = "楷体_GB2312"
PAGE_NUMBER_FONT = "宋体"
LATIN_FONT = "Times New Roman"

RED = "FF0000"
MILLIMETRES_A_POINT = 25.4 / 72


def line_pitch() -> float:
    """How high a line is so that 22 of them fill the type area, in points."""
    return AREA[1] / LINES / MILLIMETRES_A_POINT


def size_of_head(mark: str) -> float:
    """As large as fits one line, between 二号 and the usual size; a mark longer than that takes two lines."""
    fits = floor(AREA[0] / MILLIMETRES_A_POINT / max(len(mark), 1))
    return min(SIZE_HEAD, float(fits)) if fits >= SIZE_2 else SIZE_2


def character_pitch() -> float:
    """How wide a character is so that 28 of them fill a line, in points."""
    return AREA[0] / CHARACTERS / MILLIMETRES_A_POINT


def closer_by() -> int:
    """How much closer than its own width each character of 三号 stands for that, in twentieths of a point; never too little."""
    return floor((character_pitch() - SIZE_3) * 20)
