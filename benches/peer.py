"""The job of `ransomtrail demo` with pandas, matplotlib and sqlite3, for comparison only: peer.py DATA OUT."""

import json
import pathlib
import sqlite3
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd

data, out = map(pathlib.Path, sys.argv[1:3])
out.mkdir(parents=True, exist_ok=True)
head, *rows = map(json.loads, open(data / "snapshots/wannacry.jsonl"))
ours = {total["address"] for total in head["totals"]}

db = sqlite3.connect(out / "peer.sqlite")
db.executescript(
    "drop table if exists output; drop table if exists input;"
    "create table output(txid, n, address, sat, time); create table input(txid, address, sat, time);"
)
db.executemany(
    "insert into output values(?,?,?,?,?)",
    [(r["txid"], n, o[0], o[1], r["time"]) for r in rows for n, o in enumerate(r["out"])],
)
db.executemany("insert into input values(?,?,?,?)", [(r["txid"], i[2], i[3], r["time"]) for r in rows for i in r["in"]])
db.commit()

wanted = ",".join(f"'{address}'" for address in sorted(ours))
pay = pd.read_sql(f"select * from output where address in ({wanted}) order by time", db, parse_dates=["time"])
left = pd.read_sql(f"select time, sum(sat) sat from input where address in ({wanted}) group by txid", db, parse_dates=["time"])
price = pd.read_csv(data / "prices/btc-usd.csv", comment="#", parse_dates=["day"]).set_index("day")
pay["day"] = pay.time.dt.tz_localize(None).dt.normalize()
pay["btc"] = pay.sat / 1e8
pay = pay.join(price, on="day")
pay["usd"] = pay.btc * pay.close
print(len(pay), pay.txid.nunique(), pay.sat.sum(), round(pay.usd.sum(), 2))


def save(figure, name):
    figure.savefig(out / f"{name}.svg")
    figure.savefig(out / f"{name}.png", dpi=200)
    plt.close(figure)


figure, axes = plt.subplots(figsize=(10, 6.2))
axes.step(pay.time, pay.btc.cumsum(), where="post")
second = axes.twinx()
second.step(pay.time, pay.usd.cumsum(), where="post", color="C1")
for moment in left.time:
    axes.axvline(moment, ls=":")
axes.set_title("Cumulative take")
save(figure, "cumulative")

figure, axes = plt.subplots(figsize=(10, 6.2))
axes.scatter(pay.time, pay.usd, s=6)
axes.set_yscale("log")
axes.set_title("Payments")
save(figure, "timeline")

week = pay.set_index("time").resample("W-MON").agg({"btc": "sum", "usd": "sum", "txid": "count"})
figure, axes = plt.subplots(figsize=(10, 6.2))
axes.bar(week.index, week.btc, width=5)
axes.set_title("Weekly")
save(figure, "weekly")

days = price.loc["2017-05-12":]
held = pay.groupby("day").btc.sum().cumsum().reindex(days.index, method="ffill").fillna(0)
figure, axes = plt.subplots(figsize=(10, 6.2))
axes.fill_between(days.index, held * days.low, held * days.high, alpha=0.4)
axes.plot(days.index, held * days.close)
axes.set_title("Worth")
save(figure, "value")
