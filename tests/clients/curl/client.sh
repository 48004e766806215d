#!/bin/sh
# curl, from a shell: each check is a function that prints why it failed, and nothing where it holds.

CHECKS="chat stream history tools structured_output overflow rate_limit connection_lost embeddings models responses conversations browser"

send() { # METHOD PATH [BODY] [more of curl's options]: the body of the answer
    method=$1 path=$2 body=$3
    shift 2
    [ $# -gt 0 ] && shift
    curl -s -S -m 20 -X "$method" "$OPENAI_BASE_URL$path" -H "Authorization: Bearer $OPENAI_API_KEY" \
        -H "Content-Type: application/json" ${body:+-d "$body"} "$@" 2>&1
}

message() { # TEXT: a message of the user
    printf '{"role": "user", "content": "%s"}' "$1"
}

chat() { # MESSAGES [MORE]: a chat completion
    send POST /chat/completions "{\"model\": \"gpt-4o-mini\", \"messages\": [$1]${2:+, $2}}"
}

holds() { # TEXT WORDS: says so where they are not in it
    case $1 in *"$2"*) ;; *) echo "$2 should be in: $1" ;; esac
}

id_in() { # TEXT: the first id in it
    printf '%s' "$1" | sed -n 's/^[^"]*"id":"\([^"]*\)".*/\1/p'
}

fail_next() { # KIND
    curl -s -S "$OFFLINE_CONTROL/fail_next" -H "Authorization: Bearer $OPENAI_API_KEY" -d "{\"kind\": \"$1\"}" >/dev/null
}

check_chat() {
    holds "$(chat "$(message "My parrot is called Quillon. What is my parrot called?")")" '"content":"Your parrot is called Quillon."'
}

check_stream() {
    said=$(chat "$(message "Which day is it? It is the third of May.")" '"stream": true')
    holds "$said" 'data: {"id":"chatcmpl-'
    holds "$said" '"finish_reason":"stop"'
    holds "$said" 'data: [DONE]'
}

check_history() {
    reply='{"role": "assistant", "content": "How lovely."}'
    holds "$(chat "$(message "I keep bees in Bergen."), $reply, $(message "Where do I keep bees?")")" Bergen
}

check_tools() {
    parameters='{"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}'
    tool="{\"type\": \"function\", \"function\": {\"name\": \"tide_at\", \"description\": \"The tide in a harbour.\", \"parameters\": $parameters}}"
    asked_for=$(message "How high is the tide in the harbour of Brest?")
    said=$(chat "$asked_for" "\"tools\": [$tool]")
    holds "$said" '"arguments":"{\"harbour\":\"Brest\"}"'
    call='{"id": "call_1", "type": "function", "function": {"name": "tide_at", "arguments": "{\"harbour\": \"Brest\"}"}}'
    turn="{\"role\": \"assistant\", \"content\": null, \"tool_calls\": [$call]}, {\"role\": \"tool\", \"tool_call_id\": \"call_1\", \"content\": \"6.85 metres\"}"
    holds "$(chat "$asked_for, $turn" "\"tools\": [$tool]")" 6.85
}

check_structured_output() {
    schema='{"type": "object", "properties": {"quantity": {"type": "integer"}}, "required": ["quantity"], "additionalProperties": false}'
    format="\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"name\": \"order\", \"strict\": true, \"schema\": $schema}}"
    holds "$(chat "$(message "I would like to order 14 lanterns, please.")" "$format")" '{\"quantity\": 14}'
}

check_overflow() {
    long=$(awk 'BEGIN { for (n = 0; n < 9000; n++) printf "sail " }')
    said=$(send POST /chat/completions "{\"model\": \"gpt-4\", \"messages\": [$(message "$long")]}" -w " %{http_code}")
    holds "$said" '"code":"context_length_exceeded"'
    holds "$said" ' 400'
}

check_rate_limit() {
    fail_next 429
    holds "$(chat "$(message Hello)")" rate_limit_exceeded
    fail_next 429
    body="{\"model\": \"gpt-4o-mini\", \"messages\": [$(message "My boat is the Albatros. What is my boat?")]}"
    holds "$(send POST /chat/completions "$body" --retry 2)" Albatros
}

check_connection_lost() {
    fail_next drop
    holds "$(chat "$(message Hello)" '"stream": true')" 'curl: (18)'
    fail_next timeout
    body="{\"model\": \"gpt-4o-mini\", \"messages\": [$(message Hello)]}"
    holds "$(send POST /chat/completions "$body" -m 1)" 'curl: (28)'
}

check_embeddings() {
    holds "$(send POST /embeddings '{"model": "text-embedding-3-small", "input": "a dog"}')" '"embedding":['
}

check_models() {
    holds "$(send GET /models)" '"id":"gpt-4o-mini"'
}

check_responses() {
    first=$(id_in "$(send POST /responses '{"model": "gpt-4o-mini", "input": "My violin was made in Cremona."}')")
    next="{\"model\": \"gpt-4o-mini\", \"input\": \"Where was my violin made?\", \"previous_response_id\": \"$first\"}"
    holds "$(send POST /responses "$next")" Cremona
    holds "$(send DELETE "/responses/$first")" '"deleted":true'
}

check_conversations() {
    id=$(id_in "$(send POST /conversations '{}')")
    send POST /responses "{\"model\": \"gpt-4o-mini\", \"input\": \"I keep bees in Bergen.\", \"conversation\": \"$id\"}" >/dev/null
    holds "$(send POST /responses "{\"model\": \"gpt-4o-mini\", \"input\": \"Where do I keep bees?\", \"conversation\": \"$id\"}")" Bergen
}

check_browser() {
    before=$(send OPTIONS /chat/completions "" -i -H "Origin: http://localhost:3000" -H "Access-Control-Request-Headers: authorization")
    holds "$before" 'Access-Control-Allow-Headers: authorization'
    holds "$(send GET /models "" -i -H "Origin: http://localhost:3000")" 'Access-Control-Allow-Origin: *'
}

for name in $CHECKS; do
    shown=$(echo "$name" | tr _ ' ')
    list="${list:+$list, }\"$shown\""
done
echo "{\"checks\": [$list]}"
for name in $CHECKS; do
    said=$("check_$name" | head -c 400 | tr -d '\000-\037\\' | tr '"' "'")
    result=ok
    [ -n "$said" ] && result=failed
    echo "{\"check\": \"$(echo "$name" | tr _ ' ')\", \"result\": \"$result\", \"said\": \"$said\"}"
done
