"""A city's first day: its row and its first administrator, made by whoever installs the system."""

import re
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.models import LOGIN_ID, TicketPurpose, User
from accounts.operations import passwords, people
from audit.record import Who, record
from facilities.actors import Role
from facilities.events import FacilityEvent
from facilities.models import Membership, Municipality
from facilities.rules import ProblemsFound
from facilities.scope import scope

# Weights of the check digit of a municipality's code (JIS X 0401/0402, 検査数字).
WEIGHTS = (6, 5, 4, 3, 2)
CODE = re.compile("[0-9]{6}")


def found_city(
    *,
    code: str,
    name: str,
    login_id: str,
    person: str,
    address: str,
    by: Who,
    at: datetime,
    practice_code: bool = False,
) -> Membership:
    """
    Make a municipality with its first administrator, and send the invitation. Everything else happens in the browser.

    :param practice_code: the code's check digit is known to be wrong, as that of an invented city.
    :raises ProblemsFound: a value does not fit, or the city or the id is there already; all problems at once.
    """
    problems = _problems(code=code, name=name, login_id=login_id, person=person, address=address)
    if CODE.fullmatch(code) and not (practice_code or code_fits(code)):
        # The code stands in every payer field: a mistyped one would send each claim to another city.
        problems.insert(
            0,
            f"市区町村コード {code} の検査数字が合いません。コードを確かめてください。"
            "練習用の架空の市なら --practice-code を付けてください。",
        )
    if problems:
        raise ProblemsFound(problems)
    try:
        with transaction.atomic():
            city = Municipality.objects.create(code=code, name=name)
            user = people.create_user(
                login_id=login_id, name=person, address=address, password=None, realm_id=city.pk
            )
            with scope(city.pk, None):
                membership: Membership = Membership.objects.create(
                    municipality=city, user=user, duty=Role.ADMINISTRATOR
                )
                passwords.send_ticket(user, TicketPurpose.INVITATION, site=settings.CITY_SITE_URL, by=by)
                record(
                    FacilityEvent.CITY_FOUNDED,
                    by=by,
                    on=membership,
                    municipality_id=city.pk,
                    detail={"code": code, "account": str(user.pk), "schedule": city.schedule["rules"]},
                )
    except IntegrityError as clash:
        raise ProblemsFound(
            ["同じ値がほかで同時に登録されました。一覧を確かめて、もう一度実行してください。"]
        ) from clash
    return membership


def code_fits(code: str) -> bool:
    """Whether the sixth digit of a municipality's code follows from the first five."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, code[:5], strict=True))
    check = 11 - total % 11 if total >= 11 else 11 - total
    return int(code[5]) == check % 10


def _problems(*, code: str, name: str, login_id: str, person: str, address: str) -> list[str]:
    problems = []
    if not CODE.fullmatch(code):
        problems.append("市区町村コードは6桁の数字です（検査数字を含む）。")
    elif Municipality.objects.filter(code=code).exists():
        problems.append(f"市区町村コード {code} はすでに登録されています。")
    if not 1 <= len(name.strip()) <= 40:
        problems.append("市区町村の名前を40字までで入力してください。")
    if not re.fullmatch(LOGIN_ID, login_id):
        problems.append("IDは半角の英小文字・数字・「.」「_」「-」で、3文字以上32文字までにしてください。")
    elif User.objects.filter(login_id=login_id).exists():
        problems.append("このIDはすでに使われています。")
    if not 1 <= len(person.strip()) <= 60:
        problems.append("管理者の氏名を60字までで入力してください。")
    try:
        validate_email(address)
    except ValidationError:
        problems.append("メールアドレスを1つだけ、「name@example.jp」の形で入力してください。")
    return problems
