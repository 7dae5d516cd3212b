import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.emulator.metadata import MetadataError, parse_metadata
from support.conversation import metadata_header

KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=","), min_size=1)
VALUES = st.text(st.characters(exclude_categories=["Cs"]))


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1))
def test_metadata_comes_back_as_it_was_encoded(pairs: dict[str, str]) -> None:
    assert parse_metadata(metadata_header(pairs)) == pairs


def test_a_key_may_have_no_value() -> None:
    assert parse_metadata("final,title 0J/RgNC40LLQtdGC") == {"final": "", "title": "Привет"}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "title  YQ==",
        "title YQ==, type YQ==",
        "title YQ",
        "title Y*==",
        "title /w==",
        "title YQ==,title YQ==",
        "title YQ==,",
        " YQ==",
        "ключ YQ==",
    ],
)
def test_anything_else_is_refused(header: str) -> None:
    with pytest.raises(MetadataError):
        parse_metadata(header)
