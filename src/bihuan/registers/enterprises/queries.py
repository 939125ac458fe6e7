"""企业与其单位: the organisation that an enterprise is, made with it where it isn't there yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation
from bihuan.parties.terms import OrganisationKind


def organisation_for(values: Mapping[str, Any]) -> Organisation | None:
    """新单位: by the row's own code, name, region and credit code; None where the row doesn't say enough."""
    region = values.get("region")
    if region is None:
        return None
    return Organisation(
        code=values["code"],
        name=values["name"],
        kind=OrganisationKind.ENTERPRISE.value,
        region=region,
        region_path=region.path,
        credit_code=values.get("credit_code") or None,
    )


def wrong_organisation(values: Mapping[str, Any]) -> dict[str, Text]:
    """Neither an organisation nor a region for a new one; a code or a credit code that is another's."""
    organisation, code = values.get("organisation"), values.get("code")
    found: dict[str, Text] = {}
    if organisation is None:
        if values.get("region") is None:
            found["region"] = Text(
                "新企业请填所在区域；已登记的单位请填“所属单位”。",
                "Give the region of a new enterprise, or the organisation of one that is entered.",
            )
        elif Organisation._base_manager.filter(code=code).exists():
            found["code"] = Text(
                "编码“{c}”已有单位使用。如果就是它，请在“所属单位”填此编码；否则换一个编码。",
                "An organisation has the code “{c}”. If this is it, name it as the organisation; otherwise use another code.",
            ).format(c=code)
    if credit := values.get("credit_code"):
        others = Organisation._base_manager.filter(credit_code=credit)
        if organisation is not None:
            others = others.exclude(pk=organisation.pk)
        if others.exists():
            found["credit_code"] = Text(
                "此信用代码已由另一单位使用：可能是重复登记，请在“所属单位”填那个单位，或到“查重合并”处理。",
                "Another organisation has this credit code: it may be entered twice. Name that organisation, or go to Duplicates.",
            )
    return found
