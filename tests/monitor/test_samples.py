from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.monitor.past_run import Sample
from kinescope_upload.monitor.samples import Samples


def a_sample(seconds: float) -> Sample:
    return Sample(seconds=seconds, accepted_bytes=int(seconds * 1000), done=0, failed=0)


@given(st.lists(st.floats(0.01, 400), min_size=1, max_size=300), st.integers(4, 40))
def test_few_are_kept_and_the_first_and_the_last_always(pauses: list[float], most: int) -> None:
    samples, now = Samples(most), 0.0
    taken = []
    for pause in pauses:
        now += pause
        taken.append(a_sample(now))
        samples.add(taken[-1])
        kept = samples.kept()
        assert len(kept) <= most
        assert (kept[0], kept[-1]) == (taken[0], taken[-1])
        assert list(kept) == sorted(set(kept), key=lambda one: one.seconds)


def test_those_of_a_week_lie_at_even_distances() -> None:
    samples = Samples()
    for second in range(0, 7 * 24 * 3600, 16):
        samples.add(a_sample(second))
    kept = [one.seconds for one in samples.kept()]
    assert 140 < len(kept) <= 300
    assert len({later - earlier for earlier, later in pairwise(kept[:-1])}) == 1
