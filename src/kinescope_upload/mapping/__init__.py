"""Which lesson a video file belongs to: map file, manifest, or scan rule. Pure.

::

    map_file ─┐
    manifest ─┴► json_node, entries, paths what somebody wrote down, held against the library
    scan_rule ─► section_check             what a file's place says, held against everything else that is known:
                   ├──► recorded           which files lessons were uploaded from
                   └──► division           which sections' positions are believed
                          ├──► trust · twins · lost · evidence   and why not
                          └──► open_sections ──► proposals   what is left, and which file may be which lesson's
    rows                                   map file and manifest, held against the database
    vain_pairs                             confirmed pairs that contradict each other or cannot be found
    outdated_pairs                         pairs whose lessons were renumbered since
    naming                                 whether a file is named like its lesson, or like another
    map_writer                             a mapping as a map file, for a person to correct
    courses                                which courses there are
"""

from kinescope_upload.mapping.courses import check_courses, known_courses, nearest_names
from kinescope_upload.mapping.division import Known
from kinescope_upload.mapping.evidence import Evidence, Original, SentFile
from kinescope_upload.mapping.manifest import assign_by_manifest
from kinescope_upload.mapping.map_file import assign_by_map
from kinescope_upload.mapping.map_writer import (
    Draft,
    confirmed_pair,
    draft_of,
    map_text,
    pair_of,
    pairs_about,
    pairs_of,
    with_pairs,
    without_lessons,
    without_pairs,
)
from kinescope_upload.mapping.names import VIDEO_SUFFIXES, is_video_name, which_of, without_video_suffix
from kinescope_upload.mapping.naming import is_named_like, named_like_others
from kinescope_upload.mapping.outdated_pairs import (
    CORRECT_MANIFEST,
    CORRECT_PAIR,
    OutdatedPair,
    find_outdated,
    rows_as_recorded,
    with_recorded_titles,
    with_titles_of,
    without_outdated,
)
from kinescope_upload.mapping.paths import Locator
from kinescope_upload.mapping.recorded import keep_recorded
from kinescope_upload.mapping.rows import check_against_rows, check_course_of_each, fill_from_records, put_first
from kinescope_upload.mapping.scan_rule import assign_by_scan_rule, section_of, trust_scan
from kinescope_upload.mapping.section_check import check_sections
from kinescope_upload.mapping.vain_pairs import vain_pairs

__all__ = [
    "CORRECT_MANIFEST",
    "CORRECT_PAIR",
    "VIDEO_SUFFIXES",
    "Draft",
    "Evidence",
    "Known",
    "Locator",
    "Original",
    "OutdatedPair",
    "SentFile",
    "assign_by_manifest",
    "assign_by_map",
    "assign_by_scan_rule",
    "check_against_rows",
    "check_course_of_each",
    "check_courses",
    "check_sections",
    "confirmed_pair",
    "draft_of",
    "fill_from_records",
    "find_outdated",
    "is_named_like",
    "is_video_name",
    "keep_recorded",
    "known_courses",
    "map_text",
    "named_like_others",
    "nearest_names",
    "pair_of",
    "pairs_about",
    "pairs_of",
    "put_first",
    "rows_as_recorded",
    "section_of",
    "trust_scan",
    "vain_pairs",
    "which_of",
    "with_pairs",
    "with_recorded_titles",
    "with_titles_of",
    "without_lessons",
    "without_outdated",
    "without_pairs",
    "without_video_suffix",
]
