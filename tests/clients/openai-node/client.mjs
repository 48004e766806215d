// OpenAI's own client for Node.

import OpenAI, { APIConnectionError, APIConnectionTimeoutError, BadRequestError, RateLimitError } from "openai";
import { zodFunction, zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";

import { check, expect, failNext, holds, lacks, raises, run } from "./kit.mjs";

const model = "gpt-4o-mini";
const client = new OpenAI({ maxRetries: 0 });
const user = (content) => ({ role: "user", content });
const ask = async (...messages) =>
  (await client.chat.completions.create({ model, messages })).choices[0].message.content;

check("chat", async () => holds(await ask(user("My parrot is called Quillon. What is my parrot called?")), "Quillon"));

check("batch", async () => {
  const rooms = [3, 4, 5, 6, 7];
  const said = await Promise.all(rooms.map((n) => ask(user(`The code of room ${n} is ${n}77. What is the code of room ${n}?`))));
  rooms.forEach((n, at) => holds(said[at], `${n}77`));
});

const FERRY = [user("The ferry to Gotland leaves at 7:40 from pier 12. When does the ferry to Gotland leave?")];

check("stream", async () => {
  const pieces = [];
  for await (const chunk of await client.chat.completions.create({ model, messages: FERRY, stream: true }))
    pieces.push(chunk.choices[0]?.delta?.content ?? "");
  holds(pieces.join(""), "7:40");
  expect(pieces.length > 3, `It came in ${pieces.length} pieces.`);
});

check("stream helper", async () => {
  const stream = client.chat.completions.stream({ model, messages: FERRY, stream_options: { include_usage: true } });
  let heard = "";
  stream.on("content", (piece) => (heard += piece));
  const done = await stream.finalChatCompletion();
  expect(heard === done.choices[0].message.content, `It heard ${heard}.`);
  expect(done.usage.completion_tokens > 0, "The stream has no usage.");
});

check("stream given up", async () => {
  const stream = await client.chat.completions.create({ model, messages: FERRY, stream: true });
  for await (const chunk of stream) {
    expect(chunk.id, "The first chunk has no id.");
    stream.controller.abort();
    break;
  }
  holds(await ask(user("My boat is the Albatros. What is my boat?")), "Albatros");
});

check("history", async () => {
  const turns = [user("I keep bees in Tromsø."), { role: "assistant", content: "How lovely." }, user("Where do I keep bees?")];
  holds(await ask(...turns), "Tromsø");
  lacks(await ask(turns[2]), "Tromsø");
});

const Tide = z.object({ harbour: z.string() });
const tide = {
  name: "tide_at",
  description: "Look up the height of the tide in a harbour.",
  parameters: Tide,
};
const BREST = [user("How high is the tide in the harbour of Brest?")];

check("tools", async () => {
  const asked = [];
  const lookUp = ({ harbour }) => (asked.push(harbour), "6.85 metres");
  const tools = [zodFunction({ ...tide, function: lookUp })];
  const runner = client.chat.completions.runTools({ model, messages: BREST, tools });
  holds(await runner.finalContent(), "6.85");
  expect(asked.length === 1 && asked[0].includes("Brest"), `It asked for ${asked}.`);
});

check("tools streamed", async () => {
  const asked = [];
  const lookUp = ({ harbour }) => (asked.push(harbour), "6.85 metres");
  const tools = [zodFunction({ ...tide, function: lookUp })];
  const runner = client.chat.completions.runTools({ model, messages: BREST, tools, stream: true });
  let heard = "";
  runner.on("content", (piece) => (heard += piece));
  holds(await runner.finalContent(), "6.85");
  holds(heard, "6.85");
  expect(asked.length === 1 && asked[0].includes("Brest"), `It asked for ${asked}.`);
});

check("forced tool", async () => {
  const tool_choice = { type: "function", function: { name: "tide_at" } };
  const done = await client.chat.completions.create({ model, messages: BREST, tools: [zodFunction(tide)], tool_choice });
  holds(done.choices[0].message.tool_calls[0].function.arguments, "Brest");
});

const Order = z.object({ item: z.string(), quantity: z.number().int() });
const ORDER = [user("I would like to order 14 lanterns, please.")];

check("structured output", async () => {
  const response_format = zodResponseFormat(Order, "order");
  const { parsed } = (await client.chat.completions.parse({ model, messages: ORDER, response_format })).choices[0].message;
  expect(parsed.quantity === 14 && parsed.item.includes("lantern"), `It read ${JSON.stringify(parsed)}.`);
});

check("structured output streamed", async () => {
  const stream = client.chat.completions.stream({ model, messages: ORDER, response_format: zodResponseFormat(Order, "order") });
  const { parsed } = (await stream.finalChatCompletion()).choices[0].message;
  expect(parsed.quantity === 14, `It read ${JSON.stringify(parsed)}.`);
});

check("usage", async () => {
  const { usage } = await client.chat.completions.create({ model, messages: [user("Hello")] });
  expect(usage.prompt_tokens === 8 && usage.total_tokens === 8 + usage.completion_tokens, JSON.stringify(usage));
});

check("overflow", async () => {
  const asked = { model: "gpt-4", messages: [user("sail ".repeat(9000))] };
  const error = await raises(BadRequestError, "maximum context length", () => client.chat.completions.create(asked));
  expect(error.code === "context_length_exceeded", `Its code is ${error.code}.`);
});

check("rate limit", async () => {
  await failNext(429);
  const error = await raises(RateLimitError, "Rate limit reached", () => ask(user("Hello")));
  expect(error.requestID?.startsWith("req_"), `The request is called ${error.requestID}.`);
  await failNext(429);
  const patient = client.withOptions({ maxRetries: 2 });
  const done = await patient.chat.completions.create({ model, messages: [user("My boat is the Albatros. What is my boat?")] });
  holds(done.choices[0].message.content, "Albatros");
});

check("timeout", async () => {
  await failNext("timeout");
  const hurried = client.withOptions({ timeout: 300 });
  await raises(APIConnectionTimeoutError, "timed out", () => hurried.chat.completions.create({ model, messages: FERRY }));
});

check("connection lost", async () => {
  await failNext("connection");
  await raises(APIConnectionError, "", () => ask(user("Hello")));
  await failNext("drop");
  await raises(Error, "", async () => {
    for await (const _ of await client.chat.completions.create({ model, messages: FERRY, stream: true }));
  });
});

check("summary", async () => {
  const talk = "user: My daughter Mira turns nine.\nassistant: Congratulations!\nuser: The party budget is 140 euros.";
  holds(await ask(user(`Summarize the conversation. Keep names and numbers.\n\n${talk}`)), "Mira", "140");
});

check("embeddings", async () => {
  const input = ["a dog barks", "the dogs bark", "a tax form"];
  const done = await client.embeddings.create({ model: "text-embedding-3-small", input });
  const [dog, dogs, tax] = done.data.map((one) => one.embedding);
  const near = (one, other) => one.reduce((sum, number, at) => sum + number * other[at], 0);
  expect(near(dog, dogs) > near(dog, tax), `The near text has ${near(dog, dogs)}, the far one ${near(dog, tax)}.`);
});

check("models", async () => {
  const names = [];
  for await (const one of client.models.list()) names.push(one.id);
  expect(names.includes(model), `It lists ${names}.`);
});

check("responses", async () => {
  const first = await client.responses.create({ model, input: "My violin was made in Cremona." });
  const asked = { model, input: "Where was my violin made?", previous_response_id: first.id };
  holds((await client.responses.create(asked)).output_text, "Cremona");
  holds((await client.responses.stream(asked).finalResponse()).output_text, "Cremona");
});

check("responses tools", async () => {
  const { name, description } = tide;
  const tools = [{ type: "function", name, description, parameters: z.toJSONSchema(Tide), strict: false }];
  const first = await client.responses.create({ model, input: BREST, tools });
  const call = first.output.find((item) => item.type === "function_call");
  holds(call?.arguments, "Brest");
  const result = { type: "function_call_output", call_id: call.call_id, output: "6.85 metres" };
  const next = await client.responses.create({ model, input: [result], tools, previous_response_id: first.id });
  holds(next.output_text, "6.85");
});

check("responses structured output", async () => {
  const format = zodTextFormat(Order, "order");
  const { output_parsed } = await client.responses.parse({ model, input: ORDER, text: { format } });
  expect(output_parsed.quantity === 14, `It read ${JSON.stringify(output_parsed)}.`);
});

check("responses history", async () => {
  const conversation = (await client.conversations.create({})).id;
  await client.responses.create({ model, input: "I keep bees in Tromsø.", conversation });
  holds((await client.responses.create({ model, input: "Where do I keep bees?", conversation })).output_text, "Tromsø");
  const seen = [];
  for await (const item of client.conversations.items.list(conversation)) seen.push(item.type);
  expect(seen.length === 4, `The conversation has ${seen.length} items.`);
  await client.conversations.delete(conversation);
});

await run();
