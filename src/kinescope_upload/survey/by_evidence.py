"""Says which file is which lesson's: by what somebody wrote down, by what is known, then by the files' places. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.mapping import (
    CORRECT_MANIFEST,
    CORRECT_PAIR,
    Known,
    check_against_rows,
    check_course_of_each,
    check_sections,
    fill_from_records,
    keep_recorded,
    put_first,
    vain_pairs,
    without_outdated,
)
from kinescope_upload.model import MappedLibrary, MappingSource

if TYPE_CHECKING:
    from kinescope_upload.mapping import Evidence
    from kinescope_upload.survey.survey import Survey


def map_by(survey: Survey, evidence: Evidence) -> MappedLibrary:
    """The mapping of every course of the survey, as far as its rows and the evidence prove it.

    Args:
        survey: The library, the rows, and what somebody wrote down.
        evidence: What the progress, Kinescope and the files themselves say.
    """
    read, rows = survey.unchecked, survey.rows
    if survey.source is MappingSource.MAP_FILE:
        read = without_outdated(read, survey.outdated_by_hand, hint=CORRECT_PAIR)
        return read if rows is None else check_against_rows(read, rows)
    confirmed = without_outdated(survey.confirmed, survey.outdated, evidence.records)
    confirmed = confirmed if rows is None else check_course_of_each(confirmed, rows)
    there = {file.path for file in survey.files} if confirmed.doubts else set()
    vain = vain_pairs(confirmed.doubts, evidence.records, there)
    if survey.source is MappingSource.MANIFEST:
        answered = {one.file.path for one in confirmed.assignments}
        outdated = {key: one for key, one in survey.outdated_by_hand.items() if one.pair.file.path not in answered}
        read = without_outdated(read, outdated, hint=CORRECT_MANIFEST)
        said = put_first(confirmed, vain.take_out(read, rows))
        said = said if rows is None else check_against_rows(said, rows)
        if not said.doubts:
            return said
        lacking = [lesson for doubt in said.doubts for lesson in doubt.lesson_ids]
        recorded = keep_recorded(survey.files, evidence, lambda _: lacking, said=confirmed.assignments)
        return vain.take_out(fill_from_records(said, recorded, evidence.records, firm=vain.doubts), rows)
    known = Known(
        confirmed=confirmed.assignments,
        broken=vain.named,
        evidence=evidence,
        ignored=read.ignored,
    )
    found = vain.take_out(check_sections(read.assignments, rows, known), rows)
    told = {doubt.subject for doubt in confirmed.doubts}
    of_before = {one.pair.file.path for key, one in survey.outdated.items() if key in told}
    return replace(
        found,
        doubts=(*vain.told(found), *found.doubts),
        ignored=read.ignored + found.ignored,
        proposals=tuple(one for one in found.proposals if one.file.path not in of_before),  # its pair tells more
    )
