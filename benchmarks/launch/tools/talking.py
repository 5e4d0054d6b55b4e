"""How a tool is asked and answers, over its standard input and output. Needs Flask alone.

The first line is the registration. Each further line is a list of requests ({"browser", "path",
"form"}), made one after the other; it is answered by one line, a list of what became of them:
{"seconds", "status", "location"}, in seconds of the process's CPU. Browsers keep their cookies.
"""

import json
import sys
import time
from collections import defaultdict


def talk(serving):
    """Serve until there is nothing more to read.

    Args:
        serving: returns, for a registration, the Flask application and the URL it is known by.
    """
    app, url = serving(json.loads(sys.stdin.readline()))
    browsers = defaultdict(app.test_client)
    print(json.dumps(url), flush=True)
    for line in sys.stdin:
        answers = [
            _answered(browsers[tuple(asked["browser"])], asked, url) for asked in json.loads(line)
        ]
        print(json.dumps(answers), flush=True)


def _answered(browser, asked, url):
    method = browser.get if asked["form"] is None else browser.post
    began = time.process_time()
    response = method(asked["path"], data=asked["form"], base_url=url)
    seconds = time.process_time() - began
    problem = response.get_data(as_text=True) if response.status_code >= 400 else None
    return {
        "seconds": seconds,
        "status": response.status_code,
        "location": response.headers.get("Location"),
        "problem": problem,
    }
