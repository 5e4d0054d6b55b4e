// tincanjs, as authoring tools pack it. From 2,048 characters of address on it changes to the
// alternate syntax by itself: so does the second round here.
async ({ endpoint, authorization, version, somebody, something }) => {
    const lrs = new TinCan.LRS({ endpoint: `${endpoint}/`, auth: authorization, version, allowFail: false });
    const agent = new TinCan.Agent(somebody);
    const seen = [];
    for (const id of [something, `${something}?${"long".repeat(600)}`]) {
        const activity = new TinCan.Activity({ id });
        const verb = { id: "http://adlnet.gov/expapi/verbs/experienced" };
        const statement = new TinCan.Statement({ actor: agent, verb, target: activity });
        await said((callback) => lrs.saveStatement(statement, { callback }));
        const params = { agent, activity };
        const found = await said((callback) => lrs.queryStatements({ params, callback }));
        const of = { agent, activity };
        const json = { contentType: "application/json" };
        await said((callback) => lrs.saveState("it", { page: 3 }, { ...of, ...json, callback }));
        const kept = await said((callback) => lrs.retrieveState("it", { ...of, callback }));
        const is = { ...json, lastSHA1: kept.etag };
        await said((callback) => lrs.saveState("it", { page: 4 }, { ...of, ...is, callback }));
        const now = await said((callback) => lrs.retrieveState("it", { ...of, callback }));
        await said((callback) => lrs.dropState("it", { ...of, callback }));
        seen.push([found.statements.length, kept.contents.page, now.contents.page]);
    }
    return seen;

    function said(call) {
        return new Promise((resolve, reject) => {
            call((error, result) =>
                error === null ? resolve(result) : reject(new Error(`${error} ${result?.responseText}`)),
            );
        });
    }
}
