"""Our calls to one station over one connection: one at a time, each with a deadline."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from uuid import uuid4

import orjson

from csms.calling import CallFailed, NoAnswer, Payload
from data.texts import told

CALL = 2
LATE_KEPT = 16  # calls without an answer in time whose answer is still known when it comes

Outcome = Payload | CallFailed


class _Outgoing(NamedTuple):
    unique_id: str
    frame: bytes
    answer: "asyncio.Future[Payload]"


class CallQueue:
    def __init__(self, send: Callable[[bytes], Awaitable[None]], deadline_s: float) -> None:
        self._send = send
        self._deadline_s = deadline_s
        self._outgoing: deque[_Outgoing] = deque()
        self._waiting: dict[str, asyncio.Future[Payload]] = {}
        self._late: OrderedDict[str, asyncio.Future[Outcome]] = OrderedDict()
        self._calling: asyncio.Task[None] | None = None

    async def call(self, action: str, payload: Payload) -> Payload:
        """Call the station when its turn has come, and return the answer.

        Raises:
            CallFailed: an error, silence until the deadline, or the end of the connection.
        """
        unique_id = str(uuid4())
        frame = orjson.dumps([CALL, unique_id, action, payload])
        answer: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._outgoing.append(_Outgoing(unique_id, frame, answer))
        if self._calling is None or self._calling.done():
            self._calling = asyncio.create_task(self._work())
        return await answer

    def resolve(self, unique_id: str, outcome: Outcome) -> bool:
        """Give an answer to who waits for it, or once waited; return whether there was anybody."""
        late = self._late.pop(unique_id, None)
        if late:
            late.set_result(outcome)
            return True
        answer = self._waiting.pop(unique_id, None)
        if answer is None or answer.done():
            return False
        if isinstance(outcome, CallFailed):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)
        return True

    def fail(self) -> None:
        """End every call: no answer comes any more."""
        waiting = [*self._waiting.values(), *(outgoing.answer for outgoing in self._outgoing)]
        self._outgoing.clear()
        self._waiting.clear()
        self._late.clear()
        for answer in waiting:
            if not answer.done():
                answer.set_exception(NoAnswer(told("the connection closed before the answer")))

    async def _work(self) -> None:
        while self._outgoing:
            outgoing = self._outgoing.popleft()
            self._waiting[outgoing.unique_id] = outgoing.answer
            await self._send(outgoing.frame)
            done, _ = await asyncio.wait([outgoing.answer], timeout=self._deadline_s)
            if not done:
                late = self._keep_open(outgoing.unique_id)
                text = told("no answer within %(seconds)s s", seconds=f"{self._deadline_s:g}")
                outgoing.answer.set_exception(NoAnswer(text, late))

    def _keep_open(self, unique_id: str) -> "asyncio.Future[Outcome]":
        self._waiting.pop(unique_id, None)
        late = self._late[unique_id] = asyncio.get_running_loop().create_future()
        if len(self._late) > LATE_KEPT:
            self._late.popitem(last=False)
        return late
