"""The web page and its interface for programs: a recording goes in, its emotion comes out.

It is a page of plain HTML, CSS and JavaScript on Starlette and uvicorn, written for this purpose,
where this field's demonstrations use Gradio. Starlette, uvicorn and what they need are 7 packages
of 6 MB together; Gradio 6 is 52 of 342 MB, takes some 15 times as long to import, and reports its
use to another host unless told not to. Here nothing comes from or goes to another host, and the
page, the refusals and the microphone are all tested.

The body of a request is the sound itself, not a form: so there is no parser of forms, no file name
and no path to be careful with. Sound from the microphone becomes WAV in the page, so that no
browser's own format must be understood.
"""

from __future__ import annotations

from sertool.web.server import bound, run
from sertool.web.service import application

__all__ = ["application", "bound", "run"]
