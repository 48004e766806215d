"""In the place of JupyterLab: it notes where it listens, answers for its token, and is shut down by a request."""

import http.server
import json
import os
import pathlib
import socketserver
import sys
import threading

threading.Timer(60, os._exit, [1]).start()  # whatever becomes of the test
print("[I ServerApp] a wall of log lines", file=sys.stderr, flush=True)
if "LAB_BREAKS" in os.environ:
    print("ImportError: a part of JupyterLab is missing", flush=True)
    os._exit(1)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        if "/api/status" in self.path:
            self.wfile.write(b'{"started": "today"}' if "token=0123abcd" in self.path else b"who are you?")
        elif "/environment/" in self.path:
            self.wfile.write(json.dumps(dict(os.environ)).encode())
        else:
            self.wfile.write(json.dumps([os.environ["PYTHONPATH"], *sys.argv[1:]]).encode())

    def do_POST(self):
        self.send_response(204)
        self.end_headers()
        threading.Thread(target=server.shutdown).start()


with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
    told = {"port": server.server_address[1], "token": "0123abcd", "base_url": "/", "secure": False}
    note = pathlib.Path(os.environ["JUPYTER_RUNTIME_DIR"], f"jpserver-{os.getpid()}.json")
    note.write_text(json.dumps(told)[:9])  # as seen by a reader who comes too early
    threading.Timer(0.1, note.write_text, [json.dumps(told)]).start()
    server.serve_forever(poll_interval=0.05)
os._exit(0)
