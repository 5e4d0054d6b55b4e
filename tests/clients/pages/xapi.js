// @xapi/xapi, as a browser gets it: its two ways to send, each in its usual syntax.
async ({ endpoint, authorization, version, somebody, something }) => {
    const content = "a certificate";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(content));
    const sha2 = [...new Uint8Array(digest)].map((it) => it.toString(16).padStart(2, "0")).join("");
    const attachment = {
        usageType: "https://page.example/certificate",
        display: { en: "Certificate" },
        contentType: "text/plain",
        length: content.length,
        sha2,
    };
    const statement = {
        actor: somebody,
        verb: XAPI.Verbs.COMPLETED,
        object: { id: something },
        attachments: [attachment],
    };
    const seen = [];
    for (const adapter of ["axios", "fetch"]) {
        const lrs = new XAPI({ endpoint, auth: authorization, version, adapter });
        const stored = await lrs.sendStatement({ statement, attachments: [content] });
        const [statementId] = stored.data;
        const found = await lrs.getStatement({ statementId, attachments: true });
        const about = { agent: somebody, activityId: something, stateId: adapter };
        await lrs.setState({ ...about, state: { page: 3 } });
        const kept = await lrs.getState(about);
        seen.push([found.data[0].object.id, found.data[1], kept.data.page, "etag" in kept.headers]);
        await lrs.deleteState({ ...about, etag: kept.headers.etag });
    }
    return seen;
}
