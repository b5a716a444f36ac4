"""What administrators do with form packs: each view turns a form into words and makes one call."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audit.record import Outcome, record
from documents.dictionary import subjects
from documents.events import FormPackEvent
from documents.models import FormPack
from documents.pack_checks import findings_of
from documents.pack_content import manifest_of, pack_of
from documents.pack_operations import mapping, releasing, starting
from documents.pack_operations.drafts import steps_of
from documents.pack_operations.starting import Head
from documents.pack_permissions import keep_form_packs
from documents.pack_queries import lists, previews
from documents.pack_queries.differences import form_differences
from documents.packs.editing import Said
from documents.packs.formatting import FORMATS
from documents.packs.manifest import FAMILY_LABELS, Family, Issuer, Manifest, Overflow
from documents.packs.manifest_reading import KEY, LONGEST_TEXT
from documents.uploads import is_too_large
from documents.views.pack_pages import (
    HOME,
    asked_year,
    lost_proposals,
    mapping_page,
    pack_or_404,
    pack_page,
    this_year,
)
from facilities.models import FacilityKind
from facilities.requests import TenantRequest, page_status, require
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages.wareki import fiscal_year_words

TOO_LARGE: Final = "ファイルが大きすぎます（5MBまで）。要らないシートや図を除いてから選んでください。"
NO_FILE: Final = "様式のExcelブック（.xlsx）を選んでください。"
NO_TEXT: Final = "定義のファイル（.toml）を選んでください。文字コードはUTF-8です。"
NO_CHOICE: Final = "入れるものを、一覧から選ぶか、式で書いてください。"
NO_LABEL: Final = "欄の名前を入力してください（計算の式には、名前が自動では付きません）。"
FORMULA: Final = "="
MOST_CELLS: Final = 40


@require_http_methods(["GET", "POST"])
def start(request: TenantRequest) -> HttpResponse:
    """Begin a form: from one there is, with or without a new workbook, or from an official workbook alone."""
    require(request, keep_form_packs)
    if request.method == "GET":
        return _start_page(request)
    try:
        row = _started(request)
    except (NotAllowed, ProblemsFound) as refusal:
        return _start_page(request, problems=sentences(refusal), wrong=_by_field(refusal))
    if row.lost_places:
        messages.warning(
            request,
            f"「{row.title}」を用意しました。新しい様式で見つからない欄が{len(row.lost_places)}件あります。"
            "1つずつ確かめてください。",
        )
        return redirect("form_packs:moves", row.pk)
    messages.success(
        request, f"「{row.title}」を用意しました。図のセルを選んで、割り当てを確かめてください。"
    )
    return redirect("form_packs:mapping", row.pk)


def _started(request: TenantRequest) -> FormPack:
    at, by, given = timezone.now(), request.actor, request.POST
    if given.get("way") == "new":
        head = _head(given)
        content, name = _uploaded(request, NO_FILE)
        return starting.start_new(head, content, name, by=by, at=at)
    workbook, name = _uploaded(request, "") if "workbook" in request.FILES else (None, "")
    if is_too_large(request):
        raise ProblemsFound([TOO_LARGE])
    year = given.get("copy_year", "")
    if not year.isdigit() or not 2015 <= int(year) <= 2100:
        raise ProblemsFound(["使い始める年度を選んでください。"])
    return starting.start_copy(
        given.get("original", ""), from_year=int(year), by=by, at=at, workbook=workbook, file_name=name
    )


def _by_field(refusal: Exception) -> Mapping[str, str]:
    return refusal.by_field if isinstance(refusal, HeadWrong) else {}


def _start_page(
    request: TenantRequest, *, problems: Sequence[str] = (), wrong: Mapping[str, str] | None = None
) -> HttpResponse:
    record(FormPackEvent.LISTED, rows={})
    year = asked_year(request)
    context = {
        **_head_choices(request.POST, None),
        "originals": lists.originals(),
        "original": request.POST.get("original") or request.GET.get("original", ""),
        "way": request.POST.get("way", "copy"),
        "year": year,
        "copy_year": request.POST.get("copy_year") or str(year),
        "wrong": wrong or {},
        "problems": list(problems),
        "breadcrumbs": [(HOME, reverse("form_packs:packs")), ("様式を用意する", None)],
    }
    return render(request, "documents/forms/start.html", context, status=page_status(request))


@require_http_methods(["GET", "POST"])
def head(request: TenantRequest, form_pack_id: UUID) -> HttpResponse:
    """Title, years, facility types, source."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    problems: Sequence[str] = ()
    wrong: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            version = _version(request.POST)
            mapping.change_head(
                row.pk, _head(request.POST), shown_version=version, by=request.actor, at=timezone.now()
            )
        except (NotAllowed, ProblemsFound) as refusal:
            problems, wrong = sentences(refusal), _by_field(refusal)
            row = pack_or_404(form_pack_id)
        else:
            messages.success(request, "見出しを保存しました。")
            return redirect("form_packs:pack", row.pk)
    record(FormPackEvent.SHOWN, on=row, rows={"form_pack": [row.pk]})
    context = {
        **_head_choices(request.POST, manifest_of(row.manifest)),
        "row": row,
        "problems": list(problems),
        "wrong": wrong,
        "breadcrumbs": _crumbs(row, "見出し"),
    }
    return render(request, "documents/forms/head.html", context, status=page_status(request))


@require_http_methods(["GET", "POST"])
def workbook(request: TenantRequest, form_pack_id: UUID) -> HttpResponse:
    """Replace the workbook; it leads to what no longer fits."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    if request.method == "GET":
        return _moves_page(request, row)
    try:
        content, name = _uploaded(request, NO_FILE)
        row = mapping.replace_workbook(
            row.pk,
            content,
            name,
            shown_version=_version(request.POST),
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _moves_page(request, pack_or_404(form_pack_id), problems=sentences(refusal))
    if row.lost_places:
        messages.warning(
            request, f"ブックを入れ替えました。見つからない欄が{len(row.lost_places)}件あります。"
        )
    else:
        messages.success(request, "ブックを入れ替えました。割り当ては、すべてそのまま使えます。")
    return redirect("form_packs:moves", row.pk)


@require_http_methods(["GET", "POST"])
def moves(request: TenantRequest, form_pack_id: UUID) -> HttpResponse:
    """What no longer fits onto the workbook: taken to where it moved, or given up."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    if request.method == "GET":
        return _moves_page(request, row)
    given, at = request.POST, timezone.now()
    try:
        version = _version(given)
        if name := given.get("give_up", ""):
            mapping.give_up_place(row.pk, name, shown_version=version, by=request.actor, at=at)
            messages.info(request, "使わない欄を外しました。「元に戻す」で取り消せます。")
        else:
            wanted = [given["accept"]] if given.get("accept") else None
            mapping.accept_moves(row.pk, wanted, shown_version=version, by=request.actor, at=at)
            messages.success(request, "新しい場所に入れました。")
    except (NotAllowed, ProblemsFound) as refusal:
        return _moves_page(request, pack_or_404(form_pack_id), problems=sentences(refusal))
    return redirect("form_packs:moves", row.pk)


def _moves_page(request: TenantRequest, row: FormPack, *, problems: Sequence[str] = ()) -> HttpResponse:
    record(FormPackEvent.SHOWN, on=row, rows={"form_pack": [row.pk]})
    found = lost_proposals(row)
    context = {
        "row": row,
        "lost": found,
        "proposed": sum(bool(one.now) for one in found),
        "steps": steps_of(row) if row.is_draft else (),
        "problems": list(problems),
        "breadcrumbs": _crumbs(row, "ブックの入れ替え"),
    }
    return render(request, "documents/forms/moves.html", context, status=page_status(request))


@require_POST
def manifest(request: TenantRequest, form_pack_id: UUID) -> HttpResponse:
    """The whole definition from a TOML file."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    try:
        content, _ = _uploaded(request, NO_TEXT)
        if len(content) > LONGEST_TEXT * 4:
            raise ProblemsFound([NO_TEXT])
        try:
            text = str(content, "utf-8-sig")
        except UnicodeDecodeError:
            raise ProblemsFound([NO_TEXT]) from None
        mapping.import_manifest(
            row.pk, text, shown_version=_version(request.POST), by=request.actor, at=timezone.now()
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return pack_page(request, form_pack_id, problems=sentences(refusal))
    messages.success(request, "定義のファイルを読み込みました。「元に戻す」で取り消せます。")
    return redirect("form_packs:mapping", row.pk)


@require_http_methods(["GET", "POST"])
def release(request: TenantRequest, form_pack_id: UUID) -> HttpResponse:
    """What would change, and the decision of another administrator."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    problems: Sequence[str] = ()
    if request.method == "POST":
        try:
            releasing.release(
                row.pk,
                shown_hash=request.POST.get("shown_hash", ""),
                by=request.actor,
                at=timezone.now(),
            )
        except (NotAllowed, ProblemsFound) as refusal:
            problems = sentences(refusal)
            row = pack_or_404(form_pack_id)
        else:
            messages.success(
                request, f"「{row.title}」を公開しました。これから作る帳票は、この様式になります。"
            )
            return redirect("form_packs:pack", row.pk)
    record(FormPackEvent.SHOWN, on=row, rows={"form_pack": [row.pk]})
    found = pack_of(row)
    earlier = previews.replaced_by(row) if row.is_draft else None
    context = {
        "row": row,
        "findings": findings_of(found),
        "earlier": earlier,
        "earlier_year": fiscal_year_words(earlier.manifest.from_year) if earlier else "",
        "differences": form_differences(earlier.manifest, found.manifest) if earlier else (),
        "prepared_by": lists.names_of([row.prepared_by]).get(row.prepared_by, ""),
        "is_own": row.prepared_by == request.actor.user_id,
        "types_words": lists.types_words(found.manifest),
        "year_words": fiscal_year_words(row.from_year),
        "problems": list(problems),
        "breadcrumbs": _crumbs(row, "公開"),
    }
    return render(request, "documents/forms/release.html", context, status=page_status(request))


@require_POST
def discard(request: TenantRequest, form_pack_id: UUID) -> HttpResponse:
    """Let a draft go."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    try:
        releasing.discard(row.pk, by=request.actor, at=timezone.now())
    except NotAllowed as refusal:
        return pack_page(request, form_pack_id, problems=[str(refusal)])
    messages.info(request, f"「{row.title}」を取りやめました。")
    return redirect(f"{reverse('form_packs:packs')}?year={row.from_year}")


# ---------------------------------------------------------------- one act on the picture


@require_POST
def change(request: TenantRequest, form_pack_id: UUID, act: str) -> HttpResponse:
    """One act on the mapping page, kept at once."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    if act not in ACTS:
        raise Http404
    given = request.POST
    try:
        ACTS[act](row, given, {"shown_version": _version(given), "by": request.actor, "at": timezone.now()})
    except (NotAllowed, ProblemsFound) as refusal:
        return mapping_page(
            request, form_pack_id, problems=sentences(refusal), typed={key: given[key] for key in given}
        )
    return redirect(_back(row, given))


def _back(row: FormPack, given: QueryDict) -> str:
    """The page the act was done on: the same cell beside the same picture."""
    if given.get("back") == "moves":
        return reverse("form_packs:moves", args=[row.pk])
    asked = {name: given[name] for name in ("sheet", "cell") if given.get(name)}
    address = reverse("form_packs:mapping", args=[row.pk])
    return f"{address}?{urlencode(asked)}#cell-panel" if asked else address


def _put_cells(row: FormPack, given: QueryDict, rest: Mapping[str, Any]) -> None:
    first = given.get("place", "")
    title = first.rpartition("!")[0]
    more = [one.strip().upper() for one in given.get("more", "").replace("、", ",").split(",")]
    places = [first, *(f"{title}!{one}" for one in more if one)]
    if last := given.get("last", "").strip().upper():
        places = [f"{first}:{last}"]
    if len(places) > MOST_CELLS:
        raise ProblemsFound([f"一度に入れられるのは{MOST_CELLS}か所までです。"])
    mapping.put_cells(row.pk, list(dict.fromkeys(places)), _said(given), **rest)


def _put_column(row: FormPack, given: QueryDict, rest: Mapping[str, Any]) -> None:
    mapping.put_column(row.pk, given.get("table", ""), given.get("place", ""), _said(given), **rest)


def _put_block(row: FormPack, given: QueryDict, rest: Mapping[str, Any]) -> None:
    lines = given.get("lines", "1")
    if not lines.isdigit() or not 1 <= int(lines) <= 10:
        raise ProblemsFound(["1件の行数は、1から10までの数にしてください。"])
    each, label = given.get("each", ""), given.get("label", "").strip()
    if not each:
        raise ProblemsFound(["どの表の行を入れるかを選んでください。"])
    mapping.put_block(
        row.pk,
        key=given.get("table", ""),
        each=each,
        label=label or "内訳",
        place=given.get("block", "").strip(),
        lines=int(lines),
        where=given.get("where", "").strip(),
        overflow=Overflow.REFUSE if given.get("overflow") == Overflow.REFUSE else Overflow.CONTINUE,
        **rest,
    )


def _put_helper(row: FormPack, given: QueryDict, rest: Mapping[str, Any]) -> None:
    key = given.get("key", "").strip()
    if not KEY.fullmatch(key):
        raise ProblemsFound(["計算の名前は、半角の英小文字で始め、英小文字・数字・_ で書いてください。"])
    mapping.put_helper(row.pk, key, _said(given), **rest)


ACTS: Final[Mapping[str, Callable[[FormPack, QueryDict, Mapping[str, Any]], object]]] = {
    "cell": _put_cells,
    "clear-cell": lambda row, given, rest: mapping.clear_cell(row.pk, given.get("at", ""), **rest),
    "column": _put_column,
    "clear-column": lambda row, given, rest: mapping.clear_column(
        row.pk, given.get("table", ""), given.get("key", ""), **rest
    ),
    "block": _put_block,
    "remove-block": lambda row, given, rest: mapping.remove_block(row.pk, given.get("table", ""), **rest),
    "helper": _put_helper,
    "remove-field": lambda row, given, rest: mapping.remove_field(row.pk, given.get("key", ""), **rest),
    "undo": lambda row, given, rest: mapping.undo(row.pk, **rest),
}


def _said(given: QueryDict) -> Said:
    """What the panel's form says shall stand in a cell."""
    source = given.get("source", "")
    is_formula = source == FORMULA
    if is_formula:
        source = given.get("formula", "").strip()
    if not source:
        raise ProblemsFound([NO_CHOICE])
    label = " ".join(given.get("label", "").split())
    if not label:
        raise ProblemsFound([NO_LABEL])
    name = given.get("format", "")
    if name and name not in FORMATS:
        raise ProblemsFound(["書式を一覧から選んでください。"])
    yes, no = given.get("yes", "").strip(), given.get("no", "").strip()
    return Said(source, label[:80], name, (yes, no) if yes or no else None)


# ---------------------------------------------------------------- heads and files


class HeadWrong(ProblemsFound):
    """What is missing or wrong in a head: ``by_field`` a sentence for each."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__(list(by_field.values()))
        self.by_field = by_field


def _head(given: QueryDict) -> Head:
    """:raises HeadWrong: every field that is missing or wrong."""
    wrong: dict[str, str] = {}
    title, source = given.get("title", "").strip(), given.get("source", "").strip()
    code, subject = given.get("code", "").strip(), given.get("subject", "")
    if not title or len(title) > 60:
        wrong["title"] = "様式の名前を60字までで入力してください。"
    if not KEY.fullmatch(code):
        wrong["code"] = "番号は、半角の英小文字で始め、英小文字・数字・_ で入力してください（48字まで）。"
    if given.get("family", "") not in list(Family):
        wrong["family"] = "区分を選んでください。"
    if subject not in {one.code for one in subjects()}:
        wrong["subject"] = "帳票の対象を選んでください。"
    years = []
    for name, words in (("from_year", "はじめの年度"), ("to_year", "終わりの年度")):
        text = given.get(name, "").strip() or ("0" if name == "to_year" else "")
        is_year = text.isdigit() and (2015 <= int(text) <= 2100 or (name == "to_year" and int(text) == 0))
        if not is_year:
            wrong[name] = f"{words}を選んでください。"
        years.append(int(text) if is_year else 0)
    if years[1] and years[1] < years[0]:
        wrong["to_year"] = "終わりの年度は、はじめの年度より前にできません。"
    if not source or len(source) > 300:
        wrong["source"] = "出典を300字までで入力してください。例：○○市の通知（令和8年3月1日）の様式第1号"
    if wrong:
        raise HeadWrong(wrong)
    kinds = {value for value, _ in FacilityKind.choices}
    return Head(
        code=code,
        title=title,
        family=Family(given.get("family", "")),
        subject=subject,
        of=given.get("of", "").strip(),
        from_year=years[0],
        to_year=years[1],
        source=source,
        official="official" in given,
        facility_types=tuple(one for one in given.getlist("facility_types") if one in kinds),
        issuer=Issuer.CITY if given.get("issuer") == Issuer.CITY else Issuer.FACILITY,
        when=given.get("when", "").strip(),
        prints_drafts="prints_drafts" in given,
        embeds_workbook="embeds_workbook" in given,
    )


def _head_choices(given: QueryDict, own: Manifest | None) -> dict[str, Any]:
    """What the head's form offers and what is typed or known already."""
    names = ("code", "title", "family", "subject", "of", "source", "when", "issuer")
    known = {name: getattr(own, name) for name in names} if own else {}
    values = {name: given.get(name, str(known.get(name, ""))) for name in names}
    chosen = given.getlist("facility_types") if given else list(own.facility_types if own else ())
    ticked = {
        name: (name in given) if given else bool(own and getattr(own, name))
        for name in ("official", "prints_drafts", "embeds_workbook")
    }
    first = this_year()
    years = range(min(first, own.from_year if own else first) - 1, first + 4)
    return {
        "head": {
            **values,
            **ticked,
            "from_year": given.get("from_year", str(own.from_year if own else first)),
            "to_year": given.get("to_year", str(own.to_year if own else 0)),
        },
        "chosen_types": chosen,
        "families": [(family.value, FAMILY_LABELS[family]) for family in Family],
        "subjects": [(one.code, one.label, list(one.sorts(first).items())) for one in subjects()],
        "facility_kinds": FacilityKind.choices,
        "year_choices": [(str(year), fiscal_year_words(year)) for year in years],
    }


def _version(given: QueryDict) -> int:
    text = given.get("version", "")
    return int(text) if text.isdigit() and len(text) < 9 else 0


def _uploaded(request: TenantRequest, missing: str) -> tuple[bytes, str]:
    """:raises ProblemsFound: no file, or one that is too large."""
    if is_too_large(request):
        record(FormPackEvent.STARTED, detail={"too_large": True}, outcome=Outcome.REFUSED)
        raise ProblemsFound([TOO_LARGE])
    given = request.FILES.get("workbook") or request.FILES.get("file")
    if given is None:
        raise ProblemsFound([missing or NO_FILE])
    return given.read(), given.name or "form.xlsx"


def _crumbs(row: FormPack, here: str) -> list[tuple[str, str | None]]:
    return [
        (HOME, f"{reverse('form_packs:packs')}?year={row.from_year}"),
        (row.title, reverse("form_packs:pack", args=[row.pk])),
        (here, None),
    ]
