"""A real mail server, Exim, that keeps what it accepts in a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from rig.port import free_port
from tests import debian
from tests.outside.certificates import Authority
from tests.running import eventually

USER, PASSWORD = "watchkeeper", "a s3cret ümlaut"
CONFIG = """\
primary_hostname = mail.example.com
exim_user = {uid}
exim_group = {gid}
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port} : {secure} : {clear}
tls_on_connect_ports = {secure}
tls_advertise_hosts = ${{if eq{{$received_port}}{{{clear}}}{{}}{{*}}}}
tls_certificate = {folder}/s.pem
tls_privatekey = {folder}/s.key
spool_directory = {folder}/spool
log_file_path = {folder}/log.%s
acl_smtp_mail = check_sender
acl_smtp_rcpt = check_recipient
acl_not_smtp = accept
host_lookup =
rfc1413_hosts =
keep_environment =
never_users =
disable_ipv6
deliver_drop_privilege

begin acl
check_sender:
  deny    sender_domains = login.example.com
          !authenticated = *
          message = log in first
  accept
check_recipient:
  deny    local_parts = nobody
          message = there is no such mailbox
  defer   local_parts = full
          message = the mailbox is full
  accept

begin routers
all:
  driver = accept
  transport = keep

begin transports
keep:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  create_directory
  envelope_to_add
  return_path_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = ${{if eq{{$received_port}}{{{secure}}}{{no}}{{yes}}}}
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = PLAIN-$auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = User Name : Password
  server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
  server_set_id = LOGIN-$auth1
"""


@dataclass(frozen=True, slots=True)
class Exim:
    """A running server: STARTTLS at *port*, TLS alone at *secure*, none at *clear*.

    Its certificate is for `localhost` and signed by *authority*.
    """

    folder: Path
    authority: Path
    port: int
    secure: int
    clear: int

    def mails(self) -> list[EmailMessage]:
        """Every mail that it delivered, in the order of their names."""
        kept = sorted((self.folder / "mail" / "new").glob("*"))
        return [message_from_bytes(one.read_bytes(), policy=policy.default) for one in kept]

    def delivered(self, message_id: str) -> EmailMessage:
        """The one mail with *message_id*, once it is there."""
        eventually(lambda: self._found(message_id))
        (found,) = self._found(message_id)
        return found

    def log(self) -> str:
        return (self.folder / "log.main").read_text()

    def _found(self, message_id: str) -> list[EmailMessage]:
        return [mail for mail in self.mails() if mail["Message-ID"] == message_id]


@contextmanager
def serving() -> Iterator[Exim]:
    with debian.folder("exim") as folder:
        authority = Authority(folder)
        authority.server("DNS:localhost")
        who = debian.account()
        ports = {name: free_port() for name in ("port", "secure", "clear")}
        config = folder / "config"
        config.write_text(
            CONFIG.format(
                folder=folder,
                uid=who.pw_name,
                gid=who.pw_gid,
                user=USER,
                password=PASSWORD,
                **ports,
            )
        )
        command = ["exim4", "-C", str(config), "-bdf", "-odf"]
        with debian.running(command, folder, lambda: all(map(debian.listens, ports.values()))):
            yield Exim(folder, authority.file, **ports)
