"""Every blueprint there is, in the order in which rooms are registered."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

from plugin.administration import pages as administration
from plugin.checkins import correcting, review_pages
from plugin.checkins import pages as checkins
from plugin.circles import pages as circles
from plugin.completions import (
    finish_pages,
    grade_pages,
    inlets,
    merging_pages,
    source_pages,
    waiting_pages,
)
from plugin.completions.uploads import pages as upload_pages
from plugin.foundation.web import health, static_files
from plugin.goals import pages as goals
from plugin.items import deep_linking
from plugin.items import pages as items
from plugin.launches import browsers, notice_pages
from plugin.launches import pages as launches
from plugin.launches import refusal_pages as refused_launches
from plugin.matching import comparison_pages as matching_comparison
from plugin.matching import pages as matching
from plugin.matching import pair_pages as matching_pairs
from plugin.matching import rule_pages as matching_rules
from plugin.nudges import pages as nudge_pages
from plugin.pairings import pages as pairings
from plugin.platforms import admin_pages as platform_admin
from plugin.platforms import hand_pages as platform_by_hand
from plugin.platforms import pages as platforms
from plugin.privacy import admin_pages as privacy_requests
from plugin.privacy import pages as privacy
from plugin.programmes import (
    asking,
    keeping_pages,
    roster_admin_pages,
    roster_pages,
    setting_up,
)
from plugin.programmes import pages as programmes
from plugin.records import column_pages
from plugin.records import pages as records
from plugin.reports import pages as reports
from plugin.statements import pages as statements
from plugin.statements import refusal_pages, void_pages
from plugin.targets import pages as targets_pages
from plugin.targets import withdrawn_pages
from plugin.undelivered import metrics
from plugin.undelivered import pages as undelivered

BLUEPRINTS: Final[tuple[Blueprint, ...]] = tuple(
    room.bp
    for room in (
        static_files,
        health,
        platforms,
        platform_admin,
        platform_by_hand,
        launches,
        notice_pages,
        browsers,
        deep_linking,
        refused_launches,
        items,
        setting_up,
        roster_pages,
        roster_admin_pages,
        keeping_pages,
        asking,
        programmes,
        matching,
        matching_pairs,
        matching_rules,
        matching_comparison,
        pairings,
        checkins,
        review_pages,
        inlets,
        source_pages,
        upload_pages,
        grade_pages,
        finish_pages,
        circles,
        goals,
        privacy,
        privacy_requests,
        correcting,
        nudge_pages,
        records,
        column_pages,
        reports,
        statements,
        void_pages,
        refusal_pages,
        waiting_pages,
        merging_pages,
        administration,
        targets_pages,
        withdrawn_pages,
        undelivered,
        metrics,
    )
)
