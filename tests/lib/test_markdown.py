"""Light Markdown says what its author meant, surprises nobody, and lets nothing through."""

import pytest

from samovar.lib import markdown


def html(text: str) -> str:
    return markdown.html_of(text, {5: "/attachments/5/picture/"}.get).replace("\n", "")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("**Elena**, _good_ *news*", "<p><strong>Elena</strong>, <em>good</em> <em>news</em></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
        ("- oak\n- ash", "<ul><li>oak</li><li>ash</li></ul>"),
        ("> We come at 9\nWe do.", "<blockquote><p>We come at 9</p></blockquote><p>We do.</p>"),
        ("`code *x*`", "<p><code>code *x*</code></p>"),
        ("```\n<b> *x*\n```", "<pre><code>&lt;b&gt; *x*</code></pre>"),
        ("![a scratch](file:5)", '<p><img src="/attachments/5/picture/" alt="a scratch"></p>'),
    ],
)
def test_signs_say_what_people_know_them_to_say(typed: str, shown: str) -> None:
    assert html(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2*3*4 and snake_case_name", "<p>2*3*4 and snake_case_name</p>"),
        ("5 * 3 * 2 = 30*", "<p>5 * 3 * 2 = 30*</p>"),
        ("+ 7 999 123", "<p>+ 7 999 123</p>"),
        ("# 20418\n---\n***", "<p># 20418<br>---<br>***</p>"),
        ("    Baker Street 1", "<p>Baker Street 1</p>"),
        ("3. third\n5. fifth", '<ol start="3"><li value="3">third</li><li value="5">fifth</li></ol>'),
        ("In stock since\n2019. Really", "<p>In stock since<br>2019. Really</p>"),
        ("- oak\n- ash\nThank you", "<ul><li>oak</li><li>ash</li></ul><p>Thank you</p>"),
        ("C:\\files\\* &amp; [a]: b", "<p>C:\\files\\* &amp;amp; [a]: b</p>"),
        ("http:// and ftp://x_y_z", "<p>http:// and ftp://x_y_z</p>"),
    ],
)
def test_ordinary_letters_stay_what_they_are(typed: str, shown: str) -> None:
    assert html(typed) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "[press](javascript:alert(1))",
        "[press](data:text/html,x)",
        "[press](vbscript:x)",
        "[press]( JaVaScRiPt:alert(1))",
        "<javascript:alert(1)>",
        "![x](https://elsewhere.example/pixel.png)",
        "![x](data:image/png;base64,AAAA)",
        "![x](file:6)",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '![" onerror="x](file:6)',
        "**<iframe src=//x>**",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(typed: str) -> None:
    found = html(typed)

    assert not [sign for sign in ("<script", "<img", "<iframe", "href=") if sign in found]


def test_links_lead_where_they_say_and_open_a_new_page() -> None:
    found = html("See https://aurora.example/_oak_/a*b*. [Terms](https://aurora.example/terms), <mail@aurora.example>")

    assert 'href="https://aurora.example/_oak_/a*b" target="_blank"' in found
    assert '<a href="https://aurora.example/terms" target="_blank" rel="noopener noreferrer">Terms</a>' in found
    assert 'href="mailto:mail@aurora.example"' in found


def test_a_quotation_mark_in_a_link_stays_in_it() -> None:
    assert 'onmouseover="' not in html('[a](https://x.example/"onmouseover=alert(1))')


def test_a_link_within_a_link_is_one() -> None:
    assert html("[https://a.example](https://b.example)").count("<a ") == 1


def test_what_a_list_shows_is_without_signs() -> None:
    assert markdown.words_of("**Elena**,\nsee `this`\n\n- ![oak](file:5)") == "Elena,\nsee this\noak"
    assert markdown.words_of("Nothing special") == "Nothing special"


def test_as_plain_text_it_is_what_was_typed_and_pictures_are_named() -> None:
    assert markdown.plain_of("**See** ![oak](file:5) and [x](file:5)") == "**See** [oak] and [x](file:5)"


def test_pictures_are_counted_each_once() -> None:
    typed = "![a](file:5) ![b](file:7) ![a](file:5)"

    assert markdown.pictures_in(typed) == [5, 7]


def test_a_text_without_signs_or_of_any_length_is_left_alone() -> None:
    assert not markdown.has_signs("Good afternoon, Elena.\nWe come - as we said - at 9.")
    assert not markdown.has_signs("*" * (markdown.LONGEST + 1))


@pytest.mark.parametrize(
    "typed", ["[", "*a_ ", ">", "- ", "![", "**", "http://", "[a](<", "_*", "> a\n", "- a\n", "`a", "*x* a ://"]
)
def test_a_text_of_nothing_but_signs_comes_to_an_end(typed: str) -> None:
    assert html((typed * markdown.LONGEST)[: markdown.LONGEST])
