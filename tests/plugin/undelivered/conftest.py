"""What these tests share with those of targets."""

from tests.plugin.targets.conftest import somewhere

__all__ = ["somewhere"]
