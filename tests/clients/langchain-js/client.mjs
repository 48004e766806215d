// LangChain for JavaScript: its chat model and embeddings, and an agent of langgraph with a checkpointer.

import { AIMessage, HumanMessage, SystemMessage, ToolMessage, trimMessages } from "@langchain/core/messages";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent, providerStrategy, summarizationMiddleware, tool, toolStrategy } from "langchain";
import { z } from "zod";

import { check, expect, failNext, holds, lacks, raises, run } from "./kit.mjs";

const name = "gpt-4o-mini";
const made = (more = {}) => new ChatOpenAI({ model: name, maxRetries: 0, ...more });
const user = (content) => ({ role: "user", content });

for (const [api, model] of [["", made()], ["responses", made({ useResponsesApi: true })]]) {
  const both = (what, how) => check(api && what === "chat" ? api : [api, what].filter(Boolean).join(" "), how);

  both("chat", async () => {
    const said = await model.invoke("My parrot is called Quillon. What is my parrot called?");
    holds(said.text, "Quillon");
    expect(said.usage_metadata.input_tokens > 10, JSON.stringify(said.usage_metadata));
  });

  both("stream", async () => {
    const pieces = [];
    for await (const piece of await model.stream("The ferry leaves at 7:40 from pier 12. When does the ferry leave?"))
      pieces.push(piece.text);
    holds(pieces.join(""), "7:40");
    expect(pieces.length > 3, `It came in ${pieces.length} pieces.`);
  });

  both("history", async () => {
    const turns = [new HumanMessage("I keep bees in Tromsø."), new AIMessage("How lovely."), new HumanMessage("Where do I keep bees?")];
    holds((await model.invoke([new SystemMessage("Be brief."), ...turns])).text, "Tromsø");
    lacks((await model.invoke(turns.slice(2))).text, "Tromsø");
  });

  const tide = tool(async ({ harbour }) => `${harbour}: 6.85 metres`, {
    name: "tide",
    description: "Look up the height of the tide in a harbour.",
    schema: z.object({ harbour: z.string() }),
  });
  const BREST = new HumanMessage("How high is the tide in the harbour of Brest?");

  both("tools", async () => {
    const able = model.bindTools([tide]);
    const first = await able.invoke([BREST]);
    expect(first.tool_calls[0]?.args.harbour === "Brest", JSON.stringify(first.tool_calls));
    const result = await tide.invoke(first.tool_calls[0]);
    expect(result instanceof ToolMessage, "The tool gave no message.");
    holds((await able.invoke([BREST, first, result])).text, "6.85");
  });

  both("tools streamed", async () => {
    let whole;
    for await (const piece of await model.bindTools([tide]).stream([BREST])) whole = whole ? whole.concat(piece) : piece;
    expect(whole.tool_calls[0]?.args.harbour === "Brest", JSON.stringify(whole.tool_calls));
  });

  both("forced tool", async () => {
    const said = await model.bindTools([tide], { tool_choice: "tide" }).invoke([BREST]);
    expect(said.tool_calls[0]?.args.harbour === "Brest", JSON.stringify(said.tool_calls));
  });

  both("structured output", async () => {
    const schema = z.object({ item: z.string(), quantity: z.number().int() });
    for (const method of ["jsonSchema", "functionCalling"]) {
      const order = await model.withStructuredOutput(schema, { method }).invoke("I would like to order 14 lanterns, please.");
      expect(order.quantity === 14 && order.item.includes("lantern"), `By ${method} it read ${JSON.stringify(order)}.`);
    }
  });

  both("agent", async () => {
    const said = await createAgent({ model, tools: [tide] }).invoke({ messages: [BREST] });
    holds(said.messages.at(-1).text, "6.85");
    expect(said.messages.length === 4, `It took ${said.messages.length} messages.`);
  });

  both("agent history", async () => {
    const agent = createAgent({ model, tools: [tide], checkpointer: new MemorySaver() });
    const talk = { configurable: { thread_id: "one" } };
    await agent.invoke({ messages: [user("My boat is called Albatros.")] }, talk);
    await agent.invoke({ messages: [BREST] }, talk);
    const asked = { messages: [user("What is my boat called?")] };
    holds((await agent.invoke(asked, talk)).messages.at(-1).text, "Albatros");
    lacks((await agent.invoke(asked, { configurable: { thread_id: "two" } })).messages.at(-1).text, "Albatros");
  });

  both("agent structured output", async () => {
    const schema = z.object({ harbour: z.string(), metres: z.number() });
    const responseFormat = api ? providerStrategy(schema) : toolStrategy(schema);
    const agent = createAgent({ model, tools: [tide], responseFormat });
    const { structuredResponse } = await agent.invoke({ messages: [BREST] }, { recursionLimit: 12 });
    expect(structuredResponse.metres === 6.85, `It read ${JSON.stringify(structuredResponse)}.`);
  });

  both("summary", async () => {
    const middleware = [summarizationMiddleware({ model, trigger: { messages: 5 }, keep: { messages: 2 } })];
    const agent = createAgent({ model, tools: [], middleware, checkpointer: new MemorySaver() });
    const talk = { configurable: { thread_id: "summary" } };
    for (const said of ["My daughter Mira turns nine.", "The party budget is 140 euros.", "It is in the garden.", "My sister Lena comes too."])
      await agent.invoke({ messages: [user(said)] }, talk);
    const { messages } = await agent.invoke({ messages: [user("What is the party budget?")] }, talk);
    expect(messages.length < 8, `Nothing was folded: ${messages.length} messages.`);
    holds(messages.at(-1).text, "140");
  });

  both("overflow", async () => {
    const small = made({ model: "gpt-4", ...(api && { useResponsesApi: true }) });
    const words = api ? "exceeds the context window" : "maximum context length";
    const error = await raises(Error, words, () => small.invoke("sail ".repeat(9000)));
    expect(error.name === "ContextOverflowError" || error.code === "context_length_exceeded", `It is a ${error.name}.`);
  });

  both("rate limit", async () => {
    await failNext(429);
    const error = await raises(Error, "Rate limit reached", () => model.invoke("Hello"));
    expect(error.status === 429, `Its status is ${error.status}.`);
    await failNext(429);
    const patient = made({ maxRetries: 2, ...(api && { useResponsesApi: true }) });
    holds((await patient.invoke("My boat is the Albatros. What is my boat?")).text, "Albatros");
  });
}

check("batch", async () => {
  const rooms = [3, 4, 5, 6, 7];
  const said = await made().batch(rooms.map((n) => `The code of room ${n} is ${n}77. What is the code of room ${n}?`));
  rooms.forEach((n, at) => holds(said[at].text, `${n}77`));
});

check("trimmed history", async () => {
  const talk = [new SystemMessage("Be brief."), new HumanMessage("I keep bees in Tromsø."), new AIMessage("How lovely.")];
  talk.push(new HumanMessage("I sell honey in Bodø."), new AIMessage("Noted."), new HumanMessage("Where do I sell honey?"));
  const options = { maxTokens: 4, tokenCounter: (messages) => messages.length, strategy: "last", includeSystem: true, startOn: "human" };
  holds((await made().invoke(await trimMessages(talk, options))).text, "Bodø");
});

check("embeddings", async () => {
  const embeddings = new OpenAIEmbeddings({ model: "text-embedding-3-small", maxRetries: 0 });
  const [dog, dogs, tax] = await embeddings.embedDocuments(["a dog barks", "the dogs bark", "a tax form"]);
  const near = (one, other) => one.reduce((sum, number, at) => sum + number * other[at], 0);
  expect(near(dog, dogs) > near(dog, tax), `The near text has ${near(dog, dogs)}, the far one ${near(dog, tax)}.`);
});

await run();
