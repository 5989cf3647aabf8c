"""What JSON can hold, as a type: apart from the tools, since everything that is shown needs it."""

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
