"""The check tab in Chromium."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from playground.tests.actions import told


def test_a_derivative_in_the_fields_is_proofread(page: Any) -> None:
    page.click("#tab-check")
    told(page, "that is the contribution from “x*y” alone", "#check .answer")
    page.click("#check [aria-label='The derivative of f with respect to x']")
    page.keyboard.press("End")
    page.keyboard.insert_text(" + 2*x")
    told(page, "Changed: check again", "#check-outdated")
    page.keyboard.press("ControlOrMeta+Enter")
    told(page, "Every derivative is right.", "#check .answer")
    expect(page.locator("#check-outdated")).to_be_empty()


def test_the_first_verdict_is_called_an_example_and_its_claims_go_with_its_variables(page: Any) -> None:
    page.click("#tab-check")
    told(page, "An example with a mistake in it.", "#check .answer")
    claim = page.locator("#check [aria-label='The derivative of f with respect to x']")
    for f, claimed in (("x**3", ""), ("x*y + 2", "y")):
        page.click("#check [aria-label='The function f']")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.insert_text(f)
        expect(claim).to_have_text(claimed)
    page.keyboard.press("ControlOrMeta+Enter")
    told(page, "Every derivative is right.", "#check .answer")
    expect(page.get_by_text("An example with a mistake")).to_have_count(0)


def test_the_fields_follow_the_function_and_a_slip_is_told_in_its_field(page: Any) -> None:
    page.click("#tab-check")
    page.click("#check [aria-label='The function f']")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("x*y*z")
    expect(page.locator("#check .check-claims .check-line")).to_have_count(3)
    page.click("#check [aria-label='The derivative of f with respect to z']")
    page.keyboard.insert_text("q")
    page.get_by_role("button", name="Check", exact=True).click()
    told(page, "f has no variable q", "#check .check-line:has([aria-label='The derivative of f with respect to z']) .slip")


def test_the_fields_become_lines_of_python(page: Any) -> None:
    page.click("#tab-check")
    page.click("#check [aria-label='The derivative of f with respect to x']")
    page.keyboard.press("End")
    page.keyboard.insert_text("*1")
    page.get_by_role("button", name="Python", exact=True).click()
    page.get_by_role("button", name="Check", exact=True).click()
    told(page, "1 of 2 claimed gradients does not hold.", "#check .answer")


def test_lines_of_python_are_run_and_what_they_print_is_shown(page: Any) -> None:
    page.click("#tab-check")
    page.select_option("#check select", label="The mean of a batch")
    told(page, "claimed: -88.0", "#check .answer .printed")
    told(page, "4 is the batch size", "#check .answer")
    page.select_option("#check select", label="A loss of two parameters")
    told(page, "the derivative of tanh is missing", "#check .answer")
    told(page, "no errors found", "#check .answer")


def test_an_error_is_marked_at_its_line(page: Any) -> None:
    page.click("#tab-check")
    page.get_by_role("button", name="Python", exact=True).click()
    page.click("#check .left > .editor .cm-content")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("print('here')\n1/0")
    page.get_by_role("button", name="Check", exact=True).click()
    told(page, "ZeroDivisionError: division by zero", "#check .left > .editor .slip")
    told(page, "here", "#check .answer .printed")
    expect(
        page.locator("#check .left > .editor .cm-line").nth(1).locator(".cm-lintRange-error, .cm-lintPoint-error")
    ).to_have_count(1)


def test_a_verdict_on_an_older_text_says_so_even_if_it_comes_late_and_an_error_goes_with_its_text(page: Any) -> None:
    page.click("#tab-check")
    told(page, "∂f/∂x", "#check .answer")
    page.get_by_role("button", name="Python", exact=True).click()
    page.click("#check .left > .editor .cm-content")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("print('here')\n1/0")
    page.keyboard.press("ControlOrMeta+Enter")
    page.keyboard.insert_text(" # later")
    told(page, "here", "#check .answer .printed")
    told(page, "Changed: check again", "#check-outdated")
    expect(page.locator("#check .left > .editor .slip")).to_be_empty()
    page.keyboard.press("ControlOrMeta+Enter")
    told(page, "ZeroDivisionError: division by zero", "#check .left > .editor .slip")
    page.keyboard.insert_text("r")
    expect(page.locator("#check .left > .editor .slip")).to_be_empty()


def test_a_number_that_cannot_be_read_is_told_and_nothing_is_checked_with_another(page: Any) -> None:
    page.click("#tab-check")
    told(page, "x", "#check .answer")
    field = page.get_by_label("x at the point")
    for text, said in (("1,000", "x: 1000 or 1.000?"), ("two", "x: write a number, such as 2")):
        field.fill(text)
        told(page, said, "#check .check-fields > .slip")
        expect(field).to_have_attribute("aria-invalid", "true")
        page.locator("#check").get_by_role("button", name="Check", exact=True).click()
        told(page, "Changed: check again", "#check-outdated")
    field.fill("1,5")
    expect(page.locator("#check .check-fields > .slip")).to_be_empty()
    page.locator("#check").get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#check-outdated")).to_be_empty()
