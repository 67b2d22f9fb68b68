"""Categories from words in many languages by a trained model, where codes and sure phrases did not answer.

`features` cuts texts, `model` keeps and uses a model, `guess` asks it of many wordings at once, `sources` reads what it
is trained on, `train` makes and judges it. Why it is built so: docs/adr/0010-category-model.md.
"""
