"""图层地图: the page, and what it asks for as its window moves."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.records import mapping
from bihuan.core.records.mapping import Box

EVERYWHERE = Box(-180, -90, 180, 90)


@require_GET
def layers(request: HttpRequest) -> HttpResponse:
    """Which layers there are; what each holds is asked for by the page."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    found = mapping.layers_for(ctx)
    wanted = request.GET.getlist("layer")
    known = {layer.name for layer in found}
    on = [name for name in wanted if name in known] or [layer.name for layer in found if layer.is_on]
    schemes = {layer.scheme: None for layer in found if layer.scheme is not None}
    return render(request, "records/layers.html", {"layers": found, "on": on, "schemes": list(schemes)})


@require_GET
def features(request: HttpRequest, layer: str) -> JsonResponse:
    """One layer within `bbox`; without one everything, as far as it goes."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    found = mapping.get_layer(ctx=ctx, name=layer)
    box = Box.read(request.GET["bbox"]) if request.GET.get("bbox") else EVERYWHERE
    shown = found.features(ctx=ctx, box=box)
    collection = {"type": "FeatureCollection", "features": [f.to_json() for f in shown]}
    return JsonResponse(collection, content_type="application/geo+json")
