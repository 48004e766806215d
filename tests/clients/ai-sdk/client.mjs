// Vercel's AI SDK with its provider for OpenAI, over Chat Completions and, as it does by itself, over Responses.

import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, ToolLoopAgent, embedMany, generateText, isStepCount, Output, RetryError, streamText, tool } from "ai";
import { z } from "zod";

import { check, expect, failNext, holds, lacks, raises, run } from "./kit.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;
const openai = createOpenAI();
const MODELS = { "": openai.chat("gpt-4o-mini"), responses: openai.responses("gpt-4o-mini") };
const user = (content) => ({ role: "user", content });
const hurried = { maxRetries: 0 };

for (const [api, model] of Object.entries(MODELS)) {
  const both = (name, how) => check([api, name === "chat" && api ? "" : name].filter(Boolean).join(" "), how);
  const ask = async (prompt, more = {}) => await generateText({ model, ...hurried, ...more, prompt });

  both("chat", async () => {
    const { text, finishReason, usage } = await ask("My parrot is called Quillon. What is my parrot called?");
    holds(text, "Quillon");
    expect(finishReason === "stop" && usage.inputTokens > 10, `${finishReason}, ${JSON.stringify(usage)}`);
  });

  both("stream", async () => {
    const asked = "The ferry to Gotland leaves at 7:40 from pier 12. When does the ferry to Gotland leave?";
    const result = streamText({ model, ...hurried, prompt: asked });
    const pieces = [];
    for await (const piece of result.textStream) pieces.push(piece);
    holds(pieces.join(""), "7:40");
    expect(pieces.length > 3, `It came in ${pieces.length} pieces.`);
    expect((await result.usage).outputTokens > 0, "The stream has no usage.");
  });

  both("history", async () => {
    const messages = [user("I keep bees in Tromsø.")];
    messages.push(...(await generateText({ model, ...hurried, messages })).responseMessages);
    messages.push(user("Where do I keep bees?"));
    holds((await generateText({ model, ...hurried, messages })).text, "Tromsø");
    lacks((await ask("Where do I keep bees?")).text, "Tromsø");
  });

  both("system message", async () => {
    const { text } = await ask("Hello", { instructions: "Always answer with the single word: Ahoy." });
    holds(text, "Ahoy");
  });

  const asked = [];
  const tide_at = tool({
    description: "Look up the height of the tide in a harbour.",
    inputSchema: z.object({ harbour: z.string() }),
    execute: async ({ harbour }) => (asked.push(harbour), { metres: 6.85 }),
  });
  const BREST = "How high is the tide in the harbour of Brest?";

  both("tools", async () => {
    asked.length = 0;
    const { text, steps } = await ask(BREST, { tools: { tide_at }, stopWhen: isStepCount(4) });
    holds(text, "6.85");
    expect(asked.join() === "Brest" && steps.length === 2, `It asked for ${asked} in ${steps.length} steps.`);
  });

  both("tools streamed", async () => {
    asked.length = 0;
    const result = streamText({ model, ...hurried, prompt: BREST, tools: { tide_at }, stopWhen: isStepCount(4) });
    const kinds = new Set();
    for await (const part of result.fullStream) kinds.add(part.type);
    holds(await result.text, "6.85");
    expect(kinds.has("tool-call") && kinds.has("tool-result"), `There came ${[...kinds]}.`);
  });

  both("forced tool", async () => {
    const { toolCalls } = await ask(BREST, { tools: { tide_at }, toolChoice: { type: "tool", toolName: "tide_at" } });
    expect(toolCalls[0]?.input.harbour === "Brest", JSON.stringify(toolCalls));
  });

  both("structured output", async () => {
    const schema = z.object({ item: z.string(), quantity: z.number().int() });
    const { output } = await ask("I would like to order 14 lanterns, please.", { output: Output.object({ schema }) });
    expect(output.quantity === 14 && output.item.includes("lantern"), `It read ${JSON.stringify(output)}.`);
  });

  both("structured output streamed", async () => {
    const output = Output.object({ schema: z.object({ item: z.string(), quantity: z.number().int() }) });
    const result = streamText({ model, ...hurried, prompt: "I would like to order 14 lanterns, please.", output });
    let last;
    for await (const part of result.partialOutputStream) last = part;
    expect(last?.quantity === 14, `It read ${JSON.stringify(last)}.`);
  });

  both("agent", async () => {
    asked.length = 0;
    const agent = new ToolLoopAgent({ model, ...hurried, instructions: "Help sailors.", tools: { tide_at } });
    const messages = [user(BREST)];
    const first = await agent.generate({ messages });
    holds(first.text, "6.85");
    messages.push(...first.responseMessages, user("Which harbour did I ask about?"));
    holds((await agent.generate({ messages })).text, "Brest");
  });

  both("summary", async () => {
    const talk = [
      user("My daughter Mira turns nine."),
      { role: "assistant", content: "Congratulations!" },
      user("The party budget is 140 euros."),
      { role: "assistant", content: "Noted." },
      user("Summarize our conversation so far. Keep names and numbers."),
    ];
    holds((await generateText({ model, ...hurried, messages: talk })).text, "Mira", "140");
  });

  both("overflow", async () => {
    const small = api ? openai.responses("gpt-4") : openai.chat("gpt-4");
    const words = api ? "exceeds the context window" : "maximum context length";
    const error = await raises(APICallError, words, () => ask("sail ".repeat(9000), { model: small }));
    expect(error.statusCode === 400 && !error.isRetryable, `Status ${error.statusCode}.`);
  });

  both("rate limit", async () => {
    await failNext(429);
    const error = await raises(APICallError, "Rate limit reached", () => ask("Hello"));
    expect(error.statusCode === 429 && error.isRetryable, `Status ${error.statusCode}.`);
    await failNext(429);
    const { text } = await ask("My boat is the Albatros. What is my boat?", { maxRetries: 2 });
    holds(text, "Albatros");
    await failNext(503, 2);
    await raises(RetryError, "", () => ask("Hello", { maxRetries: 1 }));
  });
}

check("embeddings", async () => {
  const values = ["a dog barks", "the dogs bark", "a tax form"];
  const { embeddings } = await embedMany({ model: openai.embedding("text-embedding-3-small"), values });
  const [dog, dogs, tax] = embeddings;
  const near = (one, other) => one.reduce((sum, number, at) => sum + number * other[at], 0);
  expect(near(dog, dogs) > near(dog, tax), `The near text has ${near(dog, dogs)}, the far one ${near(dog, tax)}.`);
});

check("responses kept", async () => {
  const model = openai.responses("gpt-4o-mini");
  const first = await generateText({ model, prompt: "My violin was made in Cremona." });
  const providerOptions = { openai: { previousResponseId: first.providerMetadata.openai.responseId } };
  holds((await generateText({ model, prompt: "Where was my violin made?", providerOptions })).text, "Cremona");
});

await run();
