"""What a service gets from outside its image: secrets and volumes."""

from __future__ import annotations

from typing import Annotated, Final

from annotated_types import Ge, Le, MaxLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import SOURCE, Info

_MOUNT: Final = r"^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$"

SecretSource = TypedDict(
    "SecretSource",
    {
        "from": Annotated[
            str,
            Info(
                "`secret/NAME/KEY`: a secret that people keep; `store/NAME/FIELD`: what is known of a store once it is"
                " made: `host`, `port`, `database` and `url` (without a password) of an SQL store, `bucket` and"
                " `region` of an object store.",
                "secret/records-login/password",
                pattern=SOURCE,
            ),
        ]
    },
)
"""Where a variable's value is; never the value itself."""


class Volume(TypedDict):
    """One disk."""

    mount: Annotated[
        str,
        MaxLen(200),
        Info("The folder under which the service finds it.", "/data", pattern=_MOUNT),
    ]
    size_gb: Annotated[int, Ge(1), Le(65536), Info("Its size; it can grow, never shrink.", 20, "GiB")]
