"""接口说明: OpenAPI 3.1, drawn from the registry of actions and what modules add."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

from bihuan import __version__
from bihuan.core.access.rows import Row
from bihuan.core.actions.action import Action
from bihuan.core.modules import Module, registry
from bihuan.core.pages.declared import ApiPart

TEMPLATE = "#/components/schemas/{model}"
BOTH = {
    "type": "object",
    "required": ["zh", "en"],
    "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
}
PROBLEM = {
    "type": "object",
    "required": ["type", "status", "code", "title", "detail", "where"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; what programs decide by."},
        "title": {"$ref": "#/components/schemas/Text"},
        "detail": {"$ref": "#/components/schemas/Text"},
        "where": {
            "type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/Text"},
            "description": "What is wrong with which input.",
        },
        "request_id": {"type": "string"},
    },
}
ROW = {
    "type": "object",
    "required": ["id", "version", "kind"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "version": {"type": "integer"},
        "kind": {"type": "string"},
        "url": {"type": "string"},
    },
}
REFUSALS = {
    "400": "The body is not a JSON object",
    "401": "No login, or the token does not hold (any more)",
    "403": "The grant is not held in this scope, or a second factor is missing",
    "404": "A row that does not exist or lies outside the scope",
    "409": "The row has changed meanwhile, or the idempotency key was used with another body",
    "422": "An input is wrong, or a rule says no",
}


def document() -> dict[str, Any]:
    schemas: dict[str, Any] = {"Text": BOTH, "Problem": PROBLEM, "Row": ROW}
    paths: dict[str, Any] = {}
    for module in registry().modules.values():
        for made in module.actions:
            if "http" in made.faces:
                paths[f"/api/actions/{made.name}"] = {"post": _operation(made, module, schemas)}
    for part in registry().declared(ApiPart):
        paths.update(part.paths())
        schemas.update(part.schemas())
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "闭环 Bihuan",
            "version": __version__,
            "description": "Every change is an action. Send `Idempotency-Key` to make a repeat harmless; a token goes into "
            "`Authorization: Bearer`. 每一次变更都是一个操作。",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": m.name, "description": f"{m.label.zh} · {m.label.en}"} for m in registry().modules.values()],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "bihuan_session"},
            },
            "responses": {
                code: {
                    "description": words,
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
                for code, words in REFUSALS.items()
            },
        },
    }


def _operation(made: Action, module: Module, schemas: dict[str, Any]) -> dict[str, Any]:
    body = _lifted(made.input_model.model_json_schema(ref_template=TEMPLATE), schemas)
    for name, said in made.fields.items():
        if said.label is not None and name in body.get("properties", {}):
            body["properties"][name] = {**body["properties"][name], "title": f"{said.label.zh} · {said.label.en}"}
    said_needs = ", ".join(made.needs) or "nobody's login"
    operation: dict[str, Any] = {
        "operationId": made.name,
        "tags": [module.name],
        "summary": f"{made.label.zh} · {made.label.en}",
        "description": f"{(made.function.__doc__ or '').strip()}\n\nNeeds: {said_needs}.".strip(),
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": 200},
            }
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {
                "description": "Done",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["audit", "result", "repeated"],
                            "properties": {
                                "audit": {"type": "string", "format": "uuid"},
                                "result": _result(made.result_type, schemas),
                                "repeated": {"type": "boolean"},
                            },
                        }
                    }
                },
            },
            **{code: {"$ref": f"#/components/responses/{code}"} for code in REFUSALS},
        },
    }
    if made.anonymous:
        operation["security"] = [{}]
    return operation


def _result(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    if kind is None or kind is type(None):
        return {"type": "object"}
    options = [a for a in get_args(kind) if isinstance(a, type)] or [kind]
    if any(isinstance(o, type) and issubclass(o, Row) for o in options):
        one: dict[str, Any] = {"$ref": "#/components/schemas/Row"}
        return {"type": "array", "items": one} if getattr(kind, "__origin__", None) is list else one
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _lifted(kind.model_json_schema(ref_template=TEMPLATE, mode="serialization"), schemas)
    try:
        return _lifted(TypeAdapter(kind).json_schema(ref_template=TEMPLATE, mode="serialization"), schemas)
    except (PydanticSchemaGenerationError, PydanticUserError):
        return {}


def _lifted(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    schemas.update(schema.pop("$defs", {}))
    return schema


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action as the readable page shows it."""

    action: Action
    inputs: list[tuple[str, Any, str, bool]]
    example: str

    @classmethod
    def of(cls, made: Action) -> ActionView:
        schema = made.input_model.model_json_schema()
        properties = schema.get("properties", {})
        rows = [
            (name, said.label.text if said.label else name, _type_words(properties.get(name, {})), said.required)
            for name, said in made.fields.items()
        ]
        return cls(
            made,
            rows,
            json.dumps({n: _sample(properties.get(n, {})) for n, _, _, need in rows if need}, ensure_ascii=False),
        )


def _type_words(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_type_words(s) for s in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{_type_words(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or "any")


def _sample(schema: dict[str, Any]) -> Any:
    words = _type_words(schema)
    if words == "Reference":
        return {"id": "…"}
    return {"integer": 1, "number": 1, "boolean": True, "date": "2026-11-22"}.get(
        words, [] if words.startswith("[") else "…"
    )
