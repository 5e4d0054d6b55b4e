// The store that a test runs against, and what no other test has used.

"use strict";

const { randomUUID } = require("node:crypto");

const { LRS_ENDPOINT, LRS_KEY, LRS_SECRET, LRS_VERSION } = process.env;
const SITE = "https://node.example";

module.exports = {
    endpoint: LRS_ENDPOINT,
    key: LRS_KEY,
    secret: LRS_SECRET,
    version: LRS_VERSION,
    verb: "http://adlnet.gov/expapi/verbs/experienced",
    somebody: () => ({
        objectType: "Agent",
        account: { homePage: SITE, name: randomUUID() },
    }),
    something: () => ({ objectType: "Activity", id: `${SITE}/${randomUUID()}` }),
};
