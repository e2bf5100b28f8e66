"""How going outside fails: one small tree, each leaf with its public reason code.

Failure
├── Ours               we could not go: says nothing about the target, which stays unjudged
│   ├── NoDescriptor       no socket or no memory left
│   ├── NoRight            the system forbids it
│   ├── NoRoute            no network of ours leads there
│   ├── NoTrust            our file of trusted certificates cannot be read
│   ├── NotStarted         a script of ours cannot be run
│   ├── NoRoom             too much is under way already
│   ├── ResolverFailed     our resolver does not answer
│   └── Forbidden          our own policy forbids the address
└── Theirs             the target, as the whole world sees it
    ├── NameNotFound       the name does not exist, or has no address
    ├── NameFailed         our resolver is well, but cannot resolve this name
    ├── PortRefused        nobody listens
    ├── HostUnreachable    a router says that the host cannot be reached
    ├── CutOff             the connection was closed or reset before its time
    ├── TimedOut           the deadline passed
    ├── TooManyRedirects   one redirect led to the next
    ├── BadAnswer          what came is not what the protocol demands
    └── Insecure           no secure connection, or a certificate that is not trusted
"""


class Failure(Exception):
    """Something outside did not work. Its text is for operators, *code* for everyone."""

    code: str = "unreachable"


class Ours(Failure):
    """The trouble is on our side."""

    code: str = "local"


class NoDescriptor(Ours):
    """This process or machine has no socket left."""


class NoRight(Ours):
    """The system does not let us connect."""


class NoRoute(Ours):
    """This machine has no route, or no address of its own, for that network."""


class NoTrust(Ours):
    """The file of trusted certificates cannot be read."""


class NotStarted(Ours):
    """The script cannot be run, or its end was not seen."""


class NoRoom(Ours):
    """Too much is under way already: the turn of this look did not come in time."""


class ResolverFailed(Ours):
    """The resolver did not answer, or said that it cannot."""

    code: str = "resolver"


class Forbidden(Ours):
    """The address is one that we never connect to."""

    code: str = "policy"


class Theirs(Failure):
    """The trouble is the target's."""


class NameNotFound(Theirs):
    """The name does not exist, or has no address."""

    code: str = "name"


class NameFailed(Theirs):
    """The resolver answers for other names, but not for this one."""

    code: str = "resolver"


class PortRefused(Theirs):
    """Nobody listens on the port."""

    code: str = "refused"


class HostUnreachable(Theirs):
    """Its network, or a router on the way, says that the host cannot be reached."""


class CutOff(Theirs):
    """The connection was closed or reset before everything was said."""

    code: str = "reset"


class TimedOut(Theirs):
    """The deadline passed."""

    code: str = "timeout"


class BadAnswer(Theirs):
    """The answer breaks the rules of its protocol, or our caps."""

    code: str = "protocol"


class TooManyRedirects(Theirs):
    """One redirect led to the next."""

    code: str = "redirects"


class Insecure(Theirs):
    """TLS failed. *code* says more where the certificate is at fault."""

    def __init__(self, words: str, code: str = "tls") -> None:
        super().__init__(words)
        self.code = code
