"""All resources together."""


def test_a_view_says_what_it_requires(lrs):
    views = lrs.client.application.view_functions
    required = {name: view.requires for name, view in views.items() if name.startswith("xapi.")}
    assert required.pop("xapi.about") == "anyone"
    assert set(required.values()) == {"lrs credential"}
