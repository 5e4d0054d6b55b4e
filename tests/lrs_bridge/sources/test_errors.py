"""The tree of errors is as its docstring draws it."""

from lrs_bridge.sources import errors


def test_the_drawing_shows_every_error_with_its_number_and_slug():
    leaves = errors.SourceError.__subclasses__()
    drawn = {
        tuple(line.lstrip("├└─ ").split()[:3])
        for line in errors.__doc__.splitlines()
        if line.startswith(("├", "└"))
    }
    assert drawn == {(leaf.__name__, str(leaf.status), leaf.slug) for leaf in leaves}


def test_an_error_says_where_and_what_is_wanted():
    error = errors.EventInvalid("/body/user/id", "must be a text")
    assert str(error) == "/body/user/id must be a text."
    assert str(errors.EventInvalid("", "must be an object")) == "The event must be an object."
    assert str(errors.MappingInvalid("course", "must be a path")) == "course must be a path."
