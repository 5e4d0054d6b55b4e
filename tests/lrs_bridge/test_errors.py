"""The tree of errors is as its docstring draws it."""

from lrs_bridge import errors


def test_the_drawing_shows_every_error_with_its_number_and_slug():
    leaves = errors.XapiError.__subclasses__()
    drawn = {
        tuple(line.lstrip("├└─ ").split()[:3])
        for line in errors.__doc__.splitlines()
        if line.startswith(("├", "└"))
    }
    assert drawn == {(leaf.__name__, str(leaf.status), leaf.slug) for leaf in leaves}


def test_no_two_errors_share_a_slug():
    slugs = [leaf.slug for leaf in errors.XapiError.__subclasses__()]
    assert len(set(slugs)) == len(slugs)


def test_an_error_can_be_seen_from_further_out():
    error = errors.StatementInvalid("/verb/id", "must be an IRI").within("/3")
    assert (error.pointer, str(error)) == ("/3/verb/id", "/3/verb/id must be an IRI.")
