"""uWebSockets called from Python (socketify): PORT SIZE. One `publish` a round."""

import sys

from socketify import App, CompressOptions, OpCode

port, size = int(sys.argv[1]), int(sys.argv[2])
payload = "x" * size


def opened(socket):
    if not socket.get_user_data()["going"]:
        socket.subscribe("live")


def upgraded(response, request, context):
    key = request.get_header("sec-websocket-key")
    protocol = request.get_header("sec-websocket-protocol")
    extensions = request.get_header("sec-websocket-extensions")
    response.upgrade(key, protocol, extensions, context, {"going": request.get_url() == "/go"})


app = App()
app.ws(
    "/*",
    {
        "compression": CompressOptions.DISABLED,
        "max_payload_length": 65536,
        "idle_timeout": 120,
        "upgrade": upgraded,
        "open": opened,
        "message": lambda *_: app.publish("live", payload, OpCode.TEXT),
    },
)
app.listen({"port": port, "host": "127.0.0.1"})
app.run()
