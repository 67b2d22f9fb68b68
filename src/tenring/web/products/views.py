"""The pages of a supplier: products, their values, what labels say of them, and the cheapest extra tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenring.exceptions import Place, UnusableInputError
from tenring.language import T, in_language
from tenring.rulebook.amounts import plain_number
from tenring.rulebook.asked import AskedFor, asked_for, criteria_for
from tenring.rulebook.blank import blank_long, blank_wide
from tenring.rulebook.cells import Problem
from tenring.rulebook.describe import Describer
from tenring.rulebook.document import CriteriaError
from tenring.rulebook.labels import in_force
from tenring.rulebook.plan import BARS, REACHES, Reach, plan
from tenring.rulebook.prices import COLUMNS as PRICE_COLUMNS
from tenring.rulebook.prices import Price, price, prices_of
from tenring.rulebook.publish.words import evidence_text
from tenring.rulebook.told import WORDS
from tenring.rulebook.trace import SENTENCES
from tenring.web.accounts.access import acting_for, may, person, require, visible
from tenring.web.accounts.models import User
from tenring.web.accounts.roles import Action
from tenring.web.core.economies import economy_name
from tenring.web.core.rendering import page
from tenring.web.core.sources import Sources, sources, today
from tenring.web.products import actions, answers, files
from tenring.web.products.actions import Scope
from tenring.web.products.forms import FREE, Form, FormRow, document_kinds
from tenring.web.products.models import Import, Product

View = Callable[..., HttpResponse]
#: Rows for prices that are empty; and labels that may be wanted at once.
_BLANK_PRICES, _MOST_WANTED, _MOST_PRICES = 3, 40, 150
_MOST_FREE = 60


def own_page(view: View) -> View:
    """A page for whoever is signed in; it is kept by no cache."""
    return never_cache(login_required(view))


def _scope(request: HttpRequest) -> Scope:
    user = person(request)
    assert user is not None  # noqa: S101 - `own_page` looked
    return Scope(user, acting_for(request))


def _changing(request: HttpRequest) -> Scope:
    """Who acts, if they may change products.

    Raises:
        PermissionDenied: they may not.
    """
    organisation = acting_for(request)
    return Scope(require(request, Action.PRODUCTS, organisation), organisation)


def _own(request: HttpRequest, id_: UUID) -> Product:
    """A product that the visitor may see; any other does not exist."""
    found = visible(Product.objects.all(), person(request)).filter(pk=id_).select_related("organisation").first()
    if found is None:
        raise Http404
    return found


def _changed_by(request: HttpRequest, product: Product) -> User:
    return require(request, Action.PRODUCTS, product.organisation)


def _told(error: UnusableInputError) -> str:
    """An error in words, without the server's folders."""
    if isinstance(error, CriteriaError):
        return str(error)
    return f"{error.what}. {error.do}" if error.do else error.what


def _frame(open_: Sources) -> dict[str, Any]:
    """What the pages need to write names."""
    programmes, categories = open_.catalogue.programmes, open_.catalogue.categories.by_id
    return {
        "sample": open_.snapshot.manifest.sample,
        "programme_name": lambda id_: in_language(programmes[id_].names) if id_ in programmes else id_,
        "category_name": lambda id_: in_language(categories[id_].names) if id_ in categories else id_,
        "economy_name": economy_name,
        "judged_word": lambda one: T(WORDS[one]),
    }


def _categories(open_: Sources) -> list[tuple[str, str]]:
    """The categories that criteria in force are for, and those below them, by name."""
    all_ = open_.catalogue.categories
    asked = {id_ for one in in_force(open_.library, today()) for id_ in one.categories}
    below = {id_ for one in asked if one in all_.by_id for id_ in all_.below(one)}
    return sorted(((id_, in_language(all_.by_id[id_].names)) for id_ in below), key=lambda one: one[1])


# the list


@own_page
@require_http_methods(["GET", "HEAD", "POST"])
def products(request: HttpRequest) -> HttpResponse:
    """The products of whom the visitor acts for, and a form for a new one."""
    problem: Problem | None = None
    if request.method == "POST":
        try:
            made = actions.create(_changing(request), request.POST.dict(), sources().catalogue.categories)
            return HttpResponseRedirect(reverse("product_values", args=[made.id]))
        except Problem as error:
            problem = error
    return _list(request, problem=problem)


def _list(request: HttpRequest, *, problem: Problem | None = None, message: str = "") -> HttpResponse:
    open_, scope = sources(), _scope(request)
    values = {
        **_frame(open_),
        "products": list(scope.own(Product.objects.all())[: actions.MOST_PRODUCTS]),
        "imports": list(scope.own(Import.objects.all())[:10]),
        "organisation": scope.organisation,
        "may_change": may(scope.user, Action.PRODUCTS, scope.organisation),
        "categories": _categories(open_),
        "problem": problem,
        "message": message,
        "said": request.POST,
        "most_rows": files.MOST_ROWS,
        "most_bytes": files.MOST_BYTES,
    }
    return page(request, "products/products.html", values, status=400 if problem or message else 200)


@own_page
@require_POST
def change(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Another name, brand, model, category or GTINs."""
    one = _own(request, id_)
    try:
        actions.change(_changed_by(request, one), one, request.POST.dict(), sources().catalogue.categories)
    except Problem as problem:
        return _form_page(request, one, problem=problem, status=400)
    return HttpResponseRedirect(reverse("product_values", args=[one.id]))


@own_page
@require_POST
def remove(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Remove a product."""
    one = _own(request, id_)
    actions.remove(_changed_by(request, one), one)
    return HttpResponseRedirect(reverse("products"))


# its values


@own_page
@require_http_methods(["GET", "HEAD", "POST"])
def values(request: HttpRequest, id_: UUID) -> HttpResponse:
    """The form of a product's values."""
    one = _own(request, id_)
    if request.method != "POST":
        return _form_page(request, one)
    user = _changed_by(request, one)
    found, untested, wrong = _form(one).read(request.POST)
    if wrong:
        return _form_page(request, one, wrong=wrong, status=400)
    actions.save_values(user, one, found, untested)
    place = request.POST.get("group", "")
    return HttpResponseRedirect(f"{reverse('product_values', args=[one.id])}?saved={place[:80]}#{place[:80]}")


def _asked(one: Product) -> tuple[AskedFor, ...]:
    open_ = sources()
    return asked_for(criteria_for(open_.library, answers.categories_of(one, open_), today()))


def _form(one: Product) -> Form:
    return Form(one, _asked(one), sources().properties)


def _form_page(
    request: HttpRequest,
    one: Product,
    *,
    wrong: dict[int, FormRow] | None = None,
    problem: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    open_, form = sources(), _form(one)
    groups = form.groups()
    sent_group = request.POST.get("group", "")
    if wrong:
        groups = [replace(group, rows=_again(group.rows, request.POST, wrong, one)) if group.id == sent_group else group
                  for group in groups]  # fmt: skip
    extra = request.GET.get("more", "")
    more = min(int(extra), _MOST_FREE) if extra.isascii() and extra.isdigit() else 0
    values = {
        **_frame(open_),
        "one": one,
        "groups": groups,
        "free": FREE,
        "empty": form.free(),
        "more": more,
        "wrong": wrong or {},
        "problem": problem,
        "said": request.POST if problem else {},
        "saved": request.GET.get("saved", ""),
        "kinds": document_kinds(),
        "categories": _categories(open_),
        "properties": [(name, in_language(each.names)) for name, each in sorted(open_.properties.properties.items())],
        "subjects": [(name, in_language(each.names)) for name, each in open_.properties.subjects.items()],
        "methods": sorted(open_.properties.methods),
        "may_change": may(person(request), Action.PRODUCTS, one.organisation),
    }
    return page(request, "products/values.html", values, status=status)


def _again(rows: tuple[FormRow, ...], sent: QueryDict, wrong: dict[int, FormRow], one: Product) -> tuple[FormRow, ...]:
    """The rows of a group as they were sent, those that are wrong with what is wrong."""
    form = _form(one)
    found = [wrong.get(place) or form.sent_row(row, sent, place) for place, row in enumerate(rows)]
    found += [row for place, row in sorted(wrong.items()) if place >= len(rows)]
    return tuple(found)


@own_page
@require_safe
def row(request: HttpRequest, id_: UUID) -> HttpResponse:
    """One more empty row: a piece of the form."""
    one = _own(request, id_)
    asked = request.GET.get("place", "")
    place = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0  # noqa: PLR2004 - digits
    values = {
        "row": _form(one).free(),
        "place": place,
        "one": one,
        "kinds": document_kinds(),
        "is_last": place >= _MOST_FREE,
    }
    return page(request, "products/row.html", values)


# what labels say of it


def _day(request: HttpRequest) -> date:
    """The day of `?on=`.

    Raises:
        UnusableInputError: it is none.
    """
    text = request.GET.get("on", "")
    try:
        return date.fromisoformat(text) if text else today()
    except ValueError as error:
        raise UnusableInputError(T("{value!r} is not a date. Write it as YYYY-MM-DD.", value=text[:40])) from error


@own_page
@require_safe
def product(request: HttpRequest, id_: UUID) -> HttpResponse:
    """What every label's criteria say of a product on a day."""
    one, open_, on = _own(request, id_), sources(), _day(request)
    problem, found = "", []
    try:
        found = answers.answers(one, open_, on)
    except UnusableInputError as error:
        problem = _told(error)
    values = {
        **_frame(open_),
        "one": one,
        "on": on,
        "economies": found,
        "count": sum(len(economy.answers) for economy in found),
        "problem": problem,
        "site": open_.site(on),
        "order": answers.ORDER,
        "categories": answers.categories_of(one, open_),
        "values": one.evidence.count(),
    }
    return page(request, "products/product.html", values)


@own_page
@require_safe
def tests(request: HttpRequest, id_: UUID) -> HttpResponse:
    """The cheapest extra tests for the labels that are wanted."""
    one, open_, on = _own(request, id_), sources(), _day(request)
    wanted = list(dict.fromkeys(request.GET.getlist("want")))
    if not wanted:
        return HttpResponseRedirect(reverse("product", args=[one.id]))
    if len(wanted) > _MOST_WANTED:
        what = T("choose at most {count} labels", count=_MOST_WANTED)
        raise UnusableInputError(what, do=T("Tick them on the page of the product"))
    revisions = [open_.library.named(name, on) for name in wanted]
    scope = Scope(_scope(request).user, one.organisation)
    known = actions.prices(scope)
    found = plan(answers.given(one, open_), revisions, on, open_.library, known)
    values = {
        **_frame(open_),
        "one": one,
        "on": on,
        "found": found,
        "titles": answers.titles(open_.library.revisions),
        "describe": Describer(open_.properties).quantity,
        "evidence_text": evidence_text,
        "reaches": REACHES,
        "Reach": Reach,
        "bars": BARS,
        "sentences": SENTENCES,
        "plain": plain_number,
        "measured": [each for each in found.tests if not each.is_statement],
        "stated": [each for each in found.tests if each.is_statement],
        "may_change": may(scope.user, Action.PRODUCTS, one.organisation),
        "wanted": wanted,
        "clause_title": lambda criteria, clause: _clause_title(open_, criteria, clause),
    }
    return page(request, "products/tests.html", values)


def _clause_title(open_: Sources, criteria: str, clause: str) -> str:
    revision = next((one for one in open_.library.revisions if one.id == criteria), None)
    found = revision.clause(clause) if revision else None
    return in_language(found.titles) if found else ""


# prices


@own_page
@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest) -> HttpResponse:
    """What tests cost and how long they take."""
    scope = _scope(request)
    message, rows = "", _price_rows(actions.prices(scope).of.values())
    if request.method == "POST":
        changing = _changing(request)
        rows = _sent_prices(request.POST)
        try:
            actions.set_prices(changing, _merged(actions.prices(scope).of.values(), rows, request.POST))
            return HttpResponseRedirect(_back(request))
        except UnusableInputError as error:
            where = f"{error.where.column}: " if isinstance(error.where, Place) and error.where.column else ""
            message = f"{where}{_told(error)}"
    open_ = sources()
    offered = [{**dict.fromkeys(PRICE_COLUMNS, ""), "property": name, "method": request.GET.get("method", "")}
               for name in request.GET.getlist("property")[:1] if name in open_.properties.properties]  # fmt: skip
    values = {
        **_frame(open_),
        "rows": [*rows, *offered, *({**dict.fromkeys(PRICE_COLUMNS, "")} for _ in range(_BLANK_PRICES))],
        "message": message,
        "currency": next((one["currency"] for one in rows if one["currency"]), "") or request.POST.get("currency", ""),
        "properties": [(name, in_language(each.names)) for name, each in sorted(open_.properties.properties.items())],
        "methods": sorted(open_.properties.methods),
        "may_change": may(scope.user, Action.PRODUCTS, scope.organisation),
        "organisation": scope.organisation,
    }
    return page(request, "products/prices.html", values, status=400 if message else 200)


def _price_rows(known: Iterable[Price]) -> list[dict[str, str]]:
    return [
        {
            "property": one.property,
            "method": one.method,
            "price": f"{one.price.normalize():f}",
            "currency": one.currency,
            "days": "" if one.days is None else str(one.days),
        }
        for one in known
    ]


def _sent_prices(sent: QueryDict) -> list[dict[str, str]]:
    """The rows of the form that say something."""
    lists = {name: sent.getlist(name)[:_MOST_PRICES] for name in PRICE_COLUMNS if name != "currency"}
    size = len(lists["property"])
    found = []
    for place in range(size):
        cells = {name: (rows[place].strip() if place < len(rows) else "") for name, rows in lists.items()}
        if cells["price"]:
            found.append({**cells, "currency": sent.get("currency", "").strip()})
    return found


def _merged(known: Iterable[Price], rows: list[dict[str, str]], sent: QueryDict) -> Iterable[Price]:
    """The prices from now on: with `only`, those that are there and not in the form stay."""
    properties = sources().properties
    found = [price(one, properties, Place("prices", row=number)) for number, one in enumerate(rows, 1)]
    if not sent.get("only"):
        return found
    names = list(zip(sent.getlist("property"), sent.getlist("method"), strict=False))
    return [*(one for one in known if (one.property, one.method) not in names), *prices_of(found).of.values()]


def _back(request: HttpRequest) -> str:
    """Where the form came from, if that is a page of tests."""
    product_id = request.POST.get("product", "")
    try:
        address = reverse("product_tests", args=[UUID(product_id)])
    except ValueError:
        return reverse("products_prices")
    asked = QueryDict(mutable=True)
    asked.setlist("want", request.POST.getlist("want")[:_MOST_WANTED])
    asked["on"] = request.POST.get("on", "")
    return f"{address}?{asked.urlencode()}"


# files


@own_page
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Read a file of products."""
    scope = _changing(request)
    open_ = sources()
    try:
        found = actions.take_in(scope, files.read(_upload(request), open_.properties, open_.catalogue.categories))
    except UnusableInputError as error:
        return _list(request, message=_told(error))
    return HttpResponseRedirect(reverse("products_imported", args=[found.id]))


def _upload(request: HttpRequest) -> UploadedFile[Any]:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise UnusableInputError(T("no file was chosen"), do=T("Send a product.yml, CSV or XLSX file"))
    return file


def _own_import(request: HttpRequest, id_: UUID) -> Import:
    found = visible(Import.objects.all(), person(request)).filter(pk=id_).first()
    if found is None:
        raise Http404
    return found


@own_page
@require_safe
def imported(request: HttpRequest, id_: UUID) -> HttpResponse:
    """What became of a file of products: what was taken in, and the rows that are wrong."""
    return page(request, "products/imported.html", {**_frame(sources()), "found": _own_import(request, id_)})


@own_page
@require_safe
def imported_rows(request: HttpRequest, id_: UUID, form: str) -> HttpResponse:
    """The rows that are wrong, with what is wrong, to be mended and sent again."""
    found = _own_import(request, id_)
    header = [*found.header, f"# {T('what is wrong')}"]
    rows = ([*(one["cells"].get(name, "") for name in found.header), _wrong(one)] for one in found.rejected)
    return _file(files.table([header, *rows], _table_form(form)), form, "products-to-mend")


def _wrong(one: dict[str, str]) -> str:
    return f"{one['column']}: {one['what']}. {one['do']}".strip()


def _table_form(form: str) -> str:
    if form not in {"csv", "xlsx"}:
        raise Http404
    return form


def _file(data: bytes, form: str, name: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.{form}") or "attachment"
    return HttpResponse(data, content_type=files.TYPES[form], headers={"Content-Disposition": disposition})


@own_page
@require_safe
def export(request: HttpRequest, id_: UUID, form: str) -> HttpResponse:
    """One product as a product file or a table."""
    one = _own(request, id_)
    if form == "yml":
        return _file(one.file.yaml().encode(), form, "product")
    return _file(files.written([one.file], _table_form(form)), form, "product")


@own_page
@require_safe
def export_all(request: HttpRequest, form: str) -> HttpResponse:
    """All products of whom the visitor acts for, as one table."""
    rows = _scope(request).own(Product.objects.prefetch_related("evidence"))
    return _file(files.written([one.file for one in rows], _table_form(form)), form, "products")


@own_page
@require_safe
def blank(request: HttpRequest, category: str, form: str) -> HttpResponse:
    """A blank table of a category: what its criteria ask for."""
    open_ = sources()
    known = open_.catalogue.categories
    if category not in known.by_id:
        raise Http404
    asked = asked_for(criteria_for(open_.library, known.ancestors(category), today()))
    made = blank_wide if request.GET.get("rows") == "products" else blank_long
    return _file(files.table(made(category, asked, open_.properties), _table_form(form)), form, f"tenring-{category}")
