"""What the tools answer when they take a message, and the whole talk of one attempt."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

from alerts.connectors.base import ChannelFacts, Connector, HttpRequest, Reply, Request, Sending, Verdict
from alerts.notice import Notice
from models.alerting import ReceiverKind

Answers = Callable[[Request], Reply]

#: The good answer of each kind; a tool not listed answers 200 with nothing in it.
GOOD: Mapping[ReceiverKind, Reply] = {
    ReceiverKind.WEBHOOK: Reply(204),
    ReceiverKind.PAGERDUTY: Reply(
        202, '{"status":"success","message":"Event processed","dedup_key":"pickwatch:location-non-compliant"}'
    ),
    ReceiverKind.OPSGENIE: Reply(202, '{"result":"Request will be processed","took":0.3,"requestId":"43a29c5c"}'),
    ReceiverKind.JSM: Reply(202, '{"result":"Request will be processed","took":0.3,"requestId":"43a29c5c"}'),
    ReceiverKind.SLACK: Reply(200, "ok"),
    ReceiverKind.TEAMS: Reply(202),
    ReceiverKind.SERVICENOW_EVENT: Reply(200, '{"Default Bulk Endpoint":"1 events were inserted"}'),
    ReceiverKind.EMAIL: Reply(250, "2.0.0 OK"),
}


def takes(kind: ReceiverKind) -> Answers:
    """Return a tool that takes everything; a ServiceNow with no incident yet."""
    if kind is ReceiverKind.SERVICENOW_INCIDENT:
        return ServiceNow()
    return lambda request: GOOD.get(kind, Reply(200))


class ServiceNow:
    """An instance's table of incidents, as its API shows it; `rows` by `sys_id`."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, str]] = {}

    def __call__(self, request: Request) -> Reply:
        """Answer a look-up, make an incident, or change one."""
        assert isinstance(request, HttpRequest)
        parts = urlsplit(request.url)
        if request.method == "GET":
            asked = parse_qs(parts.query)["sysparm_query"][0]
            wanted = asked.removeprefix("correlation_id=").split("^")[0]
            found = [row for row in self.rows.values() if row["correlation_id"] == wanted and row["state"] not in "678"]
            return Reply(200, json.dumps({"result": found[:1]}))
        body = json.loads(request.body)
        if request.method == "POST":
            row = {"sys_id": f"5y5{len(self.rows):03}", "number": f"INC{len(self.rows):07}", "state": "1", **body}
            self.rows[row["sys_id"]] = row
            return Reply(201, json.dumps({"result": row}))
        row = self.rows[parts.path.rpartition("/")[2]]
        row |= body
        return Reply(200, json.dumps({"result": row}))


def talk(
    connector: Connector, notice: Notice, channel: ChannelFacts, sending: Sending, answers: Answers
) -> tuple[list[Request], Verdict | None]:
    """Return every request of one attempt, in order, and the last verdict; as the delivery worker does it."""
    requests: list[Request] = []
    verdict = None
    request = connector.build(notice, channel, sending)
    while request is not None:
        requests.append(request)
        assert len(requests) <= 4, "at most three requests may follow the first"
        verdict = connector.judge(notice, channel, sending, request, answers(request))
        request = verdict.then
    return requests, verdict
