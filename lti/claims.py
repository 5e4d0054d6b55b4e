"""The names that LTI uses on the wire: claims, message types, scopes and media types.

LTI Core 1.3: https://www.imsglobal.org/spec/lti/v1p3/
Assignment and Grade Services 2.0: https://www.imsglobal.org/spec/lti-ags/v2p0/
Names and Role Provisioning Services 2.0: https://www.imsglobal.org/spec/lti-nrps/v2p0/
Deep Linking 2.0: https://www.imsglobal.org/spec/lti-dl/v2p0/
Submission Review 1.0: https://www.imsglobal.org/spec/lti-sr/v1p0/
Course Groups 1.0: https://www.imsglobal.org/spec/lti-gs/v1p0/
Platform Notification Service 1.0: https://www.imsglobal.org/spec/lti-pns/v1p0/main/
"""

from typing import Final

VERSION_1_3: Final = "1.3.0"

_LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"

MESSAGE_TYPE: Final = _LTI + "message_type"
VERSION: Final = _LTI + "version"
DEPLOYMENT_ID: Final = _LTI + "deployment_id"
TARGET_LINK_URI: Final = _LTI + "target_link_uri"
RESOURCE_LINK: Final = _LTI + "resource_link"
ROLES: Final = _LTI + "roles"
ROLE_SCOPE_MENTOR: Final = _LTI + "role_scope_mentor"
CONTEXT: Final = _LTI + "context"
FOR_USER: Final = _LTI + "for_user"
TOOL_PLATFORM: Final = _LTI + "tool_platform"
LAUNCH_PRESENTATION: Final = _LTI + "launch_presentation"
LIS: Final = _LTI + "lis"
CUSTOM: Final = _LTI + "custom"
EXT: Final = _LTI + "ext"
NOTIFICATION_ENDPOINT: Final = _LTI + "platformnotificationservice"
NOTICE: Final = _LTI + "notice"
ORIGIN_CONTEXTS: Final = _LTI + "origin_contexts"

AGS_ENDPOINT: Final = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_ENDPOINT: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
GROUPS_ENDPOINT: Final = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"

_DEEP_LINKING: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"

DEEP_LINKING_SETTINGS: Final = _DEEP_LINKING + "deep_linking_settings"
CONTENT_ITEMS: Final = _DEEP_LINKING + "content_items"
DATA: Final = _DEEP_LINKING + "data"
MESSAGE: Final = _DEEP_LINKING + "msg"
LOG: Final = _DEEP_LINKING + "log"
ERROR_MESSAGE: Final = _DEEP_LINKING + "errormsg"
ERROR_LOG: Final = _DEEP_LINKING + "errorlog"

RESOURCE_LINK_REQUEST: Final = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST: Final = "LtiDeepLinkingRequest"
DEEP_LINKING_RESPONSE: Final = "LtiDeepLinkingResponse"
SUBMISSION_REVIEW_REQUEST: Final = "LtiSubmissionReviewRequest"
DATA_PRIVACY_REQUEST: Final = "LtiDataPrivacyLaunchRequest"
# Drafts had it without the prefix, and so did Sakai for a while.
DATA_PRIVACY_REQUESTS: Final = (DATA_PRIVACY_REQUEST, "DataPrivacyLaunchRequest")

SCOPE_LINE_ITEM: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCOPE_LINE_ITEM_READ: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
SCOPE_RESULT_READ: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCOPE_SCORE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCOPE_MEMBERSHIP_READ: Final = (
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
)
SCOPE_GROUPS_READ: Final = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
SCOPE_NOTICE_HANDLERS: Final = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"

MEDIA_LINE_ITEM: Final = "application/vnd.ims.lis.v2.lineitem+json"
MEDIA_LINE_ITEMS: Final = "application/vnd.ims.lis.v2.lineitemcontainer+json"
MEDIA_SCORE: Final = "application/vnd.ims.lis.v1.score+json"
MEDIA_RESULTS: Final = "application/vnd.ims.lis.v2.resultcontainer+json"
MEDIA_MEMBERSHIPS: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
MEDIA_GROUPS: Final = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
MEDIA_GROUP_SETS: Final = "application/vnd.ims.lti-gs.v1.contextgroupsetcontainer+json"

PLATFORM_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"
