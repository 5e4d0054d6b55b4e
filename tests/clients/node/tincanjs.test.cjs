// tincanjs, which speaks up to 1.0.2.

"use strict";

const assert = require("node:assert/strict");
const { createHash, randomUUID } = require("node:crypto");
const { test } = require("node:test");
const TinCan = require("tincanjs");
const store = require("./store.cjs");

const lrs = new TinCan.LRS({
    endpoint: `${store.endpoint}/`,
    username: store.key,
    password: store.secret,
    version: store.version,
    allowFail: false,
});

test("one statement, in the version that it names", async () => {
    const statement = aStatement();
    await said((callback) => lrs.saveStatement(statement, { callback }));
    const found = await said((callback) => lrs.retrieveStatement(statement.id, { callback }));
    assert.equal(found.target.id, statement.target.id);
    assert.ok(found.stored);
});

test("several, found by what they are about, page by page", async () => {
    const actor = store.somebody();
    const several = [1, 2, 3, 4, 5].map(() => aStatement({ actor }));
    await said((callback) => lrs.saveStatements(several, { callback }));
    const agent = new TinCan.Agent(actor);
    const verb = new TinCan.Verb({ id: store.verb });
    const params = { agent, verb, limit: 2 };
    let page = await said((callback) => lrs.queryStatements({ params, callback }));
    const seen = page.statements.map((it) => it.id);
    while (page.more) {
        const url = page.more;
        page = await said((callback) => lrs.moreStatements({ url, callback }));
        seen.push(...page.statements.map((it) => it.id));
    }
    assert.deepEqual(seen, several.map((it) => it.id).toReversed());
});

test("filters", async () => {
    const [registration, instructor] = [randomUUID(), store.somebody()];
    const statement = aStatement({ context: { registration, instructor } });
    await said((callback) => lrs.saveStatement(statement, { callback }));
    const found = async (params) =>
        (await said((callback) => lrs.queryStatements({ params, callback }))).statements.map(
            (it) => it.id,
        );
    const agent = new TinCan.Agent(instructor);
    assert.deepEqual(await found({ registration }), [statement.id]);
    assert.deepEqual(await found({ activity: statement.target }), [statement.id]);
    assert.deepEqual(await found({ agent }), []);
    assert.deepEqual(await found({ agent, related_agents: true, ascending: true }), [
        statement.id,
    ]);
    assert.deepEqual(await found({ registration, since: "2100-01-01T00:00:00Z" }), []);
});

test("two attachments", async () => {
    const contents = ["Grüße\r\n\r\nfrom Ada", "\u0000\u0001--"];
    const attachments = contents.map((text) => {
        const content = bytes(text);
        return new TinCan.Attachment({
            usageType: "https://node.example/certificate",
            display: { en: "Certificate" },
            contentType: "application/octet-stream",
            length: content.byteLength,
            sha2: createHash("sha256").update(Buffer.from(content)).digest("hex"),
            content,
        });
    });
    const statement = aStatement({ attachments });
    await said((callback) => lrs.saveStatement(statement, { callback }));
    const params = { attachments: true };
    const found = await said((callback) =>
        lrs.retrieveStatement(statement.id, { params, callback }),
    );
    assert.deepEqual(
        found.attachments.map((it) => Buffer.from(it.content).toString()),
        contents,
    );
});

test("a voided statement", async () => {
    const statement = aStatement();
    const { actor } = statement;
    const reference = new TinCan.StatementRef({ id: statement.id });
    const verb = { id: "http://adlnet.gov/expapi/verbs/voided" };
    await said((callback) => lrs.saveStatement(statement, { callback }));
    const voiding = new TinCan.Statement({ actor, verb, target: reference });
    await said((callback) => lrs.saveStatement(voiding, { callback }));
    await refused(404, (callback) => lrs.retrieveStatement(statement.id, { callback }));
    const found = await said((callback) => lrs.retrieveVoidedStatement(statement.id, { callback }));
    assert.equal(found.id, statement.id);
});

test("a state", async () => {
    const about = {
        agent: new TinCan.Agent(store.somebody()),
        activity: new TinCan.Activity(store.something()),
        registration: randomUUID(),
    };
    const json = "application/json";
    const save = (value, more = {}) =>
        said((callback) =>
            lrs.saveState("bookmark", value, { ...about, contentType: json, ...more, callback }),
        );
    const get = () => said((callback) => lrs.retrieveState("bookmark", { ...about, callback }));
    await save({ page: 3 });
    await save({ chapter: "II" }, { method: "POST" });
    const found = await get();
    assert.deepEqual(found.contents, { page: 3, chapter: "II" });
    await save({ page: 4 }, { lastSHA1: found.etag });
    const stale = { ...about, contentType: json, lastSHA1: found.etag };
    await refused(412, (callback) => lrs.saveState("bookmark", {}, { ...stale, callback }));
    const ids = await said((callback) => lrs.retrieveStateIds({ ...about, callback }));
    assert.deepEqual(ids, ["bookmark"]);
    await said((callback) => lrs.dropState("bookmark", { ...about, callback }));
    assert.equal(await get(), null);
    await save({ page: 1 });
    await said((callback) => lrs.dropState(null, { ...about, callback }));
    assert.deepEqual(await said((callback) => lrs.retrieveStateIds({ ...about, callback })), []);
});

for (const kind of ["Agent", "Activity"]) {
    test(`a profile of an ${kind.toLowerCase()}`, async () => {
        const about =
            kind === "Agent"
                ? { agent: new TinCan.Agent(store.somebody()) }
                : { activity: new TinCan.Activity(store.something()) };
        const contentType = "application/json";
        const save = (value, more = {}) => ({ value, cfg: { ...about, contentType, ...more } });
        const sent = ({ value, cfg }) =>
            said((callback) => lrs[`save${kind}Profile`]("it", value, { ...cfg, callback }));
        const get = () => said((callback) => lrs[`retrieve${kind}Profile`]("it", { ...about, callback }));
        await sent(save({ a: 1 })); // says that it is new
        await refused(412, (callback) =>
            lrs[`save${kind}Profile`]("it", {}, { ...about, contentType, callback }),
        );
        await sent(save({ b: 2 }, { method: "POST", lastSHA1: (await get()).etag }));
        const found = await get();
        assert.deepEqual(found.contents, { a: 1, b: 2 });
        await sent(save({ c: 3 }, { lastSHA1: found.etag }));
        const ids = await said((callback) =>
            lrs[`retrieve${kind}ProfileIds`]({ ...about, callback }),
        );
        assert.deepEqual(ids, ["it"]);
        await said((callback) => lrs[`drop${kind}Profile`]("it", { ...about, callback }));
        assert.equal(await get(), null);
    });
}

test("about and activities", async () => {
    const about = await said((callback) => lrs.about({ callback }));
    assert.ok(about.version.includes(store.version));
    const statement = aStatement();
    statement.target.definition = new TinCan.ActivityDefinition({ name: { en: "A course" } });
    await said((callback) => lrs.saveStatement(statement, { callback }));
    const activity = await said((callback) =>
        lrs.retrieveActivity(statement.target.id, { callback }),
    );
    assert.equal(activity.definition.name.en, "A course");
});

function aStatement(more = {}) {
    const { id } = store.something();
    const target = new TinCan.Activity({ id });
    return new TinCan.Statement({
        actor: store.somebody(),
        verb: { id: store.verb },
        target,
        ...more,
    });
}

function bytes(text) {
    const buffer = Buffer.from(text);
    return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
}

/** Call with a callback; return what it was told, or fail with what went wrong. */
function said(call) {
    return new Promise((resolve, reject) => {
        call((error, result) => {
            if (error === null) {
                resolve(result);
            } else {
                reject(new Error(`${error}: ${result?.responseText}`));
            }
        });
    });
}

async function refused(status, call) {
    const [error] = await new Promise((resolve) => {
        call((...told) => resolve(told));
    });
    assert.equal(error, status);
}
