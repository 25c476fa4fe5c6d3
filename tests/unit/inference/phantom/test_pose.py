import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inference.phantom.pose import Pose
from inference.phantom.shapes import Points

poses = st.builds(
    Pose,
    shift_lps_mm=st.tuples(*[st.floats(-15, 15)] * 3),
    turn_degrees=st.floats(-4, 4),
    raised_diaphragm_mm=st.floats(-15, 15),
    bend_mm=st.floats(-3, 3),
)
places = st.tuples(st.floats(-150, 150), st.floats(-110, 110), st.floats(-130, 140))


@given(poses, places)
def test_going_to_the_scan_and_back_ends_where_it_began(
    pose: Pose, place: tuple[float, float, float]
) -> None:
    scan = pose.from_anatomy(np.array([place]))
    there = pose.to_anatomy(Points.of(scan))
    back = np.concatenate([there.x, there.y, there.z])
    np.testing.assert_allclose(back, place, atol=0.05)


def test_breathing_out_raises_the_diaphragm_and_leaves_the_apex() -> None:
    pose = Pose(raised_diaphragm_mm=10)
    dome, apex = pose.from_anatomy(np.array([[-60.0, 0, -60], [-40, 20, 125]]))
    assert 4 < dome[2] + 60 < 10
    assert abs(apex[2] - 125) < 0.01
