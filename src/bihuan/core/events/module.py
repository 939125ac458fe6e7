"""Declaration of the outbox."""

from __future__ import annotations

from bihuan.core.events import jobs
from bihuan.core.modules import Job, Module
from bihuan.kernel.text import Text

MODULE = Module(
    name="events",
    label=Text("事件", "Events"),
    jobs=(Job("events.deliver", Text("递送事件", "Deliver an event"), jobs.deliver, max_attempts=20),),
)
