"""Addresses of products; they are open only to those whose products they are."""

from __future__ import annotations

from django.urls import path

from tenring.web.products import views

urlpatterns = [
    path("products/", views.products, name="products"),
    path("products/import", views.send, name="products_import"),
    path("products/imports/<uuid:id_>/", views.imported, name="products_imported"),
    path("products/imports/<uuid:id_>/rows.<str:form>", views.imported_rows, name="products_imported_rows"),
    path("products/all.<str:form>", views.export_all, name="products_file"),
    path("products/blank/<slug:category>.<str:form>", views.blank, name="products_blank"),
    path("products/prices", views.prices, name="products_prices"),
    path("products/<uuid:id_>/", views.product, name="product"),
    path("products/<uuid:id_>/values", views.values, name="product_values"),
    path("products/<uuid:id_>/row", views.row, name="product_row"),
    path("products/<uuid:id_>/about", views.change, name="product_change"),
    path("products/<uuid:id_>/remove", views.remove, name="product_remove"),
    path("products/<uuid:id_>/tests", views.tests, name="product_tests"),
    path("products/<uuid:id_>/product.<str:form>", views.export, name="product_file"),
]
