"""The terminal UI: widgets that subscribe to events and post messages. The only home of textual."""
