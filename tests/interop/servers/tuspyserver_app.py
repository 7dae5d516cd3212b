"""A Tus server of PyPI's tuspyserver on a free port of 127.0.0.1; says the port on its first line of output.

The one argument is the folder for the bytes.
"""

import socket
import sys

import uvicorn
from fastapi import FastAPI
from tuspyserver import create_tus_router

if __name__ == "__main__":
    app = FastAPI()
    app.include_router(create_tus_router(prefix="files", files_dir=sys.argv[1]))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)  # noqa: T201 - what starts it reads this
        uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
