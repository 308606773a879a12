"""What can stand in the way of an action, as situations."""


class Situation(Exception):
    """Something that stands in the way, in words for whoever pressed the button."""

    words = "That can't be done just now."

    def __init__(self, words: str = "") -> None:
        super().__init__(words or self.words)

    def __str__(self) -> str:
        return str(self.args[0])


class AlreadyAcknowledged(Situation):
    words = "Somebody else acknowledged this concern a moment ago. Nothing was changed."


class AlreadyClosed(Situation):
    words = "This concern is closed. Reopen it to go on working on it. Nothing was changed."


class NotClosed(Situation):
    words = "This concern is open already. Nothing was changed."


class AlreadySettled(Situation):
    words = "Somebody else settled this action a moment ago. Nothing was changed."


class AlreadyEnded(Situation):
    words = "That had ended already. Nothing was changed."


class ChangedMeanwhile(Situation):
    words = (
        "Somebody else assessed this concern while you were writing. Both versions are below; save again to keep yours."
    )


class NobodyLeft(Situation):
    words = "Nobody of the safeguarding team would be left who could read this concern. Nothing was changed."


class NotInTeam(Situation):
    words = "This person is not in the safeguarding team, or must not see this concern."


class NotThisConcern(Situation):
    words = "That belongs to another concern. Nothing was changed."


class NobodyToTell(Situation):
    words = (
        "Waymark has nobody on record who could read this, so nothing was saved."
        " Speak to the local authority’s designated officer (LADO) today."
    )


class NotOpened(Situation):
    words = "Open the concern and read it first. Then acknowledge it there. Nothing was changed."


class GlassIntact(Situation):
    words = "Your emergency access has ended. Break glass again, with a reason, if you still need it."


class WhoLeadsNow(Situation):
    words = "This person leads the concern or has actions to do on it. Choose who leads it now."


class SameStudent(Situation):
    words = "The concern is in this student’s file already. Nothing was changed."
