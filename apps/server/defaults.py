"""Bokeh's defaults are worked out once, not at each look: a page then takes half as long to write.

To write a model for the browser, Bokeh 3.9 looks at all its properties, also at those that were
never set, and validates their defaults each time. For most, which cannot change, the first answer
is kept here, by class and name.
"""

from __future__ import annotations

from typing import Any

from bokeh.core.property.descriptors import PropertyDescriptor

#: Kinds of values that nobody can change in place.
FIXED = (type(None), bool, int, float, str)
MISSING = object()


def keep_defaults() -> None:
    """Let defaults be kept from here on; calling it again changes nothing."""
    work_out: Any = PropertyDescriptor._get_default
    if getattr(work_out, "keeps", False):
        return
    kept: dict[tuple[type, str], Any] = {}

    def kept_default(self: PropertyDescriptor[Any], obj: Any) -> Any:
        themed = obj.themed_values()
        if themed and self.name in themed:
            return work_out(self, obj)
        key = type(obj), self.name
        value = kept.get(key, MISSING)
        if value is MISSING:
            value = work_out(self, obj)
            if isinstance(value, FIXED) and not self.has_unstable_default(obj):
                kept[key] = value
        return value

    kept_default.keeps = True  # type: ignore[attr-defined]
    PropertyDescriptor._get_default = kept_default  # type: ignore[method-assign]
