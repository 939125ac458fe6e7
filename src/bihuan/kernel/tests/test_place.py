import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel.place import Bounds, PlaceImpossible, Point

POINTS = st.builds(Point, st.floats(-180, 180), st.floats(-90, 90))


def test_one_degree_of_latitude_is_about_111_km():
    assert Point(120, 31).metres_to(Point(120, 32)) == pytest.approx(111_195, rel=0.001)


@given(POINTS, POINTS)
def test_there_is_as_far_as_back(a, b):
    assert a.metres_to(b) == pytest.approx(b.metres_to(a))
    assert a.metres_to(a) == 0


def test_swapped_coordinates_are_named_as_such():
    with pytest.raises(PlaceImpossible) as refused:
        Point(31.2, 121.5)
    assert "写反" in refused.value.text.zh


@pytest.mark.parametrize("pair", [(181.0, 0.0), (0.0, 90.1), (float("nan"), 0.0), (0.0, float("inf"))])
def test_nowhere_on_earth_is_refused(pair):
    with pytest.raises(PlaceImpossible):
        Point(*pair)


@given(st.lists(POINTS, min_size=1, max_size=8))
def test_a_box_around_points_holds_them_all(points):
    box = Bounds.around(points)
    assert all(point in box for point in points)


def test_a_box_is_not_inside_out():
    with pytest.raises(PlaceImpossible):
        Bounds(121, 30, 120, 31)


def test_it_knows_whether_a_point_may_be_in_china():
    assert Point(121.5, 31.2).is_in_china
    assert not Point(-0.1, 51.5).is_in_china
