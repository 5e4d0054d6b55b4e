// A page without any library: fetch, as 1.0.3's alternate syntax for content that can say no more.
async ({ endpoint, authorization, somebody, something }) => {
    const asked = async (path, method, fields, type) => {
        const form = new URLSearchParams({
            "X-Experience-API-Version": "1.0.3",
            Authorization: authorization,
            ...fields,
        });
        const answer = await fetch(`${endpoint}/${path}?method=${method}`, {
            method: "POST",
            headers: { "Content-Type": type },
            body: form.toString(),
        });
        if (!answer.ok) {
            throw new Error(await answer.text());
        }
        return answer;
    };
    const statement = {
        actor: somebody,
        verb: { id: "http://adlnet.gov/expapi/verbs/experienced" },
        object: { id: something },
    };
    const state = { activityId: something, agent: JSON.stringify(somebody), stateId: "bookmark" };
    const seen = [];
    for (const type of ["application/x-www-form-urlencoded", "text/plain"]) {
        const stored = await asked("statements", "POST", { content: JSON.stringify(statement) }, type);
        const [statementId] = await stored.json();
        const found = await asked("statements", "GET", { statementId }, type);
        await asked("activities/state", "PUT", { ...state, content: "page 3" }, type);
        const kept = await asked("activities/state", "GET", state, type);
        seen.push([
            (await found.json()).object.id,
            found.headers.get("X-Experience-API-Version"),
            await kept.text(),
            kept.headers.get("ETag") !== null,
        ]);
    }
    return seen;
}
