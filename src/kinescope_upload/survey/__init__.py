"""From the library on the disk, the database's rows and the progress files to a plan; it only looks.

::

    reading ──► rows        the selected courses' rows, also of a full database; whether machines share them
       └──────► survey      which file belongs to which lesson, as far as it is proven; the plan
                  ├──► idle   why nothing can be done about a course that was named
                  ├──► unfinished   lessons that were begun and whose file is not there
                  └──► left_open    lessons about which nothing can be done, for `--status`
"""

from kinescope_upload.survey.reading import check_selection, map_library, survey_files, survey_library
from kinescope_upload.survey.rows import check_alone, read_rows
from kinescope_upload.survey.survey import Survey

__all__ = ["Survey", "check_alone", "check_selection", "map_library", "read_rows", "survey_files", "survey_library"]
