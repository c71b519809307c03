import pytest

from sitegen.preview.media import Part, part_of


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", Part(0, 100)),
        ("bytes=0-", Part(0, 100)),
        ("bytes=0-0", Part(0, 1)),
        ("bytes=10-19", Part(10, 20)),
        ("bytes=90-500", Part(90, 100)),
        ("bytes=-10", Part(90, 100)),
        ("bytes=-500", Part(0, 100)),
        ("bytes=100-", None),
        ("bytes=20-10", None),
        ("bytes=-0", None),
        ("bytes=0-1,5-6", Part(0, 100)),
        ("bytes=-", Part(0, 100)),
        ("lines=1-2", Part(0, 100)),
        ("bytes=" + "9" * 5000 + "-", Part(0, 100)),
    ],
)
def test_a_range_gives_the_part_that_the_standard_says(header: str, part: Part | None) -> None:
    assert part_of(header, 100) == part


def test_an_empty_file_has_no_part_but_the_whole() -> None:
    assert part_of("", 0) == Part(0, 0)
