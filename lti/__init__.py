"""LTI 1.3 Advantage, as a tool sees it: values in, values out; no web framework and no tables.

Import from the modules:

    login                 LoginRequest.parse(params), chosen_registration(request, registrations,
                          registration_id=None), begin(request, registration, *, launch_url,
                          is_ours, now, lifetime=600) -> Beginning(url, login, browser),
                          platform_refusal(params) -> LaunchRefused | None
    keys                  ToolKey, new_tool_key(now), rotation(keys, now) -> Rotation(new, retired),
                          ToolKeyRing(keys).jwks() and .sign(claims, now);
                          PlatformKeySets(http).for_token(registration, id_token, now) -> keys
    launch                verified(id_token, *, login, registration, keys, browser, is_ours, now,
                          spend) -> LaunchMessage; CHECKS
    message, roles        LaunchMessage and its parts; role URIs
    http                  Http(user_agent=..., allow_private=False)
    access_tokens         AccessTokens(http, ring_of, clock), ring_of(registration) -> ToolKeyRing
    services              Services(http, tokens): calls with a bearer token, and pages
    ags                   LineItems(services).found_or_created(registration, lineitems_url, item),
                          .listed, .updated, .deleted; .results(registration, lineitem_url);
                          .post_score(registration, lineitem_url, score) -> ScoreOutcome
    grading               LineItem, Score, Result and their parts
    nrps                  Memberships(services).members(registration, url, role=None,
                          resource_link_id=None) -> Roster, .pages the same page by page,
                          .changes(registration, differences_url) -> Changes
    groups                CourseGroups(services).groups(registration, url, user_id=None), .sets
    notice_handlers       NoticeHandlers(services).ensured(registration, endpoint, types, handler)
    notices               received(body, registration=..., keys_of=..., now=...) -> Received
    copies                CUSTOM: what to ask for, to learn what a course was copied from
    deep_linking          response(message, items, ring, now) -> DeepLinkingResponse
    dynamic_registration  platform_configuration(http, url, token), register(http, configuration,
                          tool, token) -> NewRegistration
    urls                  within(public_url): the predicate to give as is_ours
    registration          Registration, PendingLogin and the protocols of what must be remembered
    errors                the tree
    quirks                what platforms do differently
    testing               LTI platforms for tests and demonstrations, launches to refuse, for pytest
"""
