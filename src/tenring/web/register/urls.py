"""Addresses of the public pages of the register."""

from __future__ import annotations

from django.urls import path

from tenring.web.register import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("search.<str:form>", views.search_file, name="search_file"),
    path("suggest", views.suggest, name="suggest"),
    path("licence/<path:licence_id>", views.licence, name="licence"),
    path("compare", views.compare, name="compare"),
    path("programmes/", views.programmes, name="programmes"),
    path("programmes/<slug:id_>", views.programme, name="programme"),
    path("economies/", views.economies, name="economies"),
    path("economies/<slug:code>", views.economy, name="economy"),
    path("categories/", views.categories, name="categories"),
    path("categories/<slug:id_>", views.category, name="category"),
    path("criteria/", views.criteria, name="criteria"),
    path("criteria/compare", views.compare_criteria, name="compare_criteria"),
    path("criteria/<slug:programme>/<slug:category>/<str:since>", views.revision, name="revision"),
]
