"""Marks and gates."""

from contest.errors.base import ContestError


class MarkOutOfRange(ContestError):
    """The value is outside what the aspect allows."""

    code = "mark_out_of_range"
    status = 422
    zh = "“{aspect}”只能打 {low} 到 {high}，步长 {step}。"
    en = "“{aspect}” takes {low} to {high} in steps of {step}."


class TooManyRevisions(ContestError):
    """A place was corrected so often that no tablet may go on; each correction is kept, and read again."""

    code = "too_many_revisions"
    zh = "这一处已改过 {n} 次，平板不能再改；请裁判长在工作台处理。"
    en = "This place was corrected {n} times. Ask the chief judge to settle it at the desk."


class MarkNotForSeat(ContestError):
    """The seat does not mark this entry or aspect in this session."""

    code = "mark_not_for_seat"
    zh = "这个席位在本场不评这一项。"
    en = "This seat does not mark this in this session."


class SeatRevoked(ContestError):
    """The device no longer holds the seat."""

    code = "seat_revoked"
    status = 403
    zh = "这台设备不再持有该席位，请找裁判长。"
    en = "This device no longer holds the seat. See the chief judge."


class KeyReused(ContestError):
    """The same device number came with another content."""

    code = "key_reused"
    zh = "同一序号（{device_seq}）送来了不同的打分，已拒绝并报告裁判长。"
    en = "Number {device_seq} came again with another mark; refused and reported to the chief judge."


class SessionNotOpen(ContestError):
    """The session has not been opened for marking."""

    code = "session_not_open"
    zh = "本场还没有开放打分。"
    en = "The session is not open for marking yet."


class MarkSettled(ContestError):
    """The pending mark has been settled already."""

    code = "mark_settled"
    zh = "这一打分已处理。"
    en = "This mark has been settled already."


class GateOutOfOrder(ContestError):
    """A gate was to be passed before its turn or twice."""

    code = "gate_out_of_order"
    zh = "现在不能“{gate}”：当前为“{state}”。"
    en = "“{gate}” is not possible now: the state is “{state}”."


class RoundOver(ContestError):
    """What was asked for concerns a round that has ended since."""

    code = "round_over"
    zh = "这一请求针对第 {round} 轮，现已是第 {now} 轮。如仍需要，请重新提出。"
    en = "This was asked for in round {round}; it is round {now} now. Ask again if it is still wanted."


class Overtaken(ContestError):
    """Somebody else changed the same thing at this very moment."""

    code = "overtaken"
    zh = "别人刚刚作了改动，本次操作未执行。请刷新后重试。"
    en = "Somebody changed this at the same moment and nothing was done. Look again and repeat."


class SessionsNotConfirmed(ContestError):
    """Results cannot be published while sessions are not confirmed by the chief judge."""

    code = "sessions_not_confirmed"
    zh = "还有 {count} 场未经裁判长签字确认，不能公布。"
    en = "{count} sessions are not confirmed by the chief judge; nothing can be published."


class MarksPending(ContestError):
    """Marks wait for the chief judge."""

    code = "marks_pending"
    zh = "还有 {count} 项打分等待裁判长处理。"
    en = "{count} marks wait for the chief judge."


class MarksMissing(ContestError):
    """Marks are missing, so a total is unknown."""

    code = "marks_missing"
    zh = "还缺 {count} 项打分。"
    en = "{count} marks are missing."


class TieOpen(ContestError):
    """A tie must be broken before results are published."""

    code = "tie_open"
    zh = "有 {count} 处并列须先决出先后。"
    en = "{count} ties must be broken first."


class NotTied(ContestError):
    """The entries are not exactly those that share a rank now."""

    code = "not_tied"
    zh = "这几位现在不是同一处并列（成绩可能已变）。请刷新后再定。"
    en = "These entries are not the ones that are tied now; the results may have changed. Look again."


class TieTooEarly(ContestError):
    """A session that was opened is not confirmed, so the tie may still dissolve."""

    code = "tie_too_early"
    zh = "还有 {count} 场正在打分或未经签字确认，成绩仍可能变化；确认后再定并列的先后。"
    en = "{count} sessions are still marked or not confirmed, so results may change. Decide ties after that."


class ReasonMissing(ContestError):
    """A decision that must be accounted for was given without a reason."""

    code = "reason_missing"
    status = 422
    zh = "请写明理由；理由会记入台账。"
    en = "A reason is needed; it is kept with the decision."


class RemarksOpen(ContestError):
    """Judges differ by more than the scheme allows, and nobody has written down why that stands."""

    code = "remarks_open"
    zh = "有 {count} 处裁判打分差距超出规定，须复评；如维持原分，请写明理由后签字确认。"
    en = "In {count} places judges differ by more than allowed. Re-mark them, or confirm with a written reason."


class StillBlind(ContestError):
    """The event is blind and not unblinded yet."""

    code = "still_blind"
    zh = "该赛项仍在盲评，解密后才能查看。"
    en = "The event is still blind; it can be seen after unblinding."


class ResultsEnded(ContestError):
    """Numbers are published; what they rest on changes only after they are taken back."""

    code = "results_ended"
    zh = "成绩已公布，不能再改；须先撤回成绩。"
    en = "Results are published and this can no longer change. Take the results back first."


class EventStarted(ContestError):
    """Marking has started; who may see what can no longer be changed by planning."""

    code = "event_started"
    zh = "已开始打分，不能再改“{field}”。"
    en = "Marking has started; “{field}” can no longer change."
